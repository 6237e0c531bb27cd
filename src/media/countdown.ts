// A time limit that can stand still: how long a tool may take, or be silent, while it is not frozen.

export interface Countdown {
  /** Starts again from the whole. Cheap: called for every piece of output. */
  again(): void;
  pause(): void;
  resume(): void;
  end(): void;
}

/** Calls `over` once, when `ms` have passed that were not paused. */
export function countdown(ms: number, over: () => void): Countdown {
  let since = performance.now();
  let spent: number | undefined;
  let ended = false;
  let timer: Timer = setTimeout(look, ms);

  function look() {
    const rest = ms - (performance.now() - since);
    if (rest <= 0) over();
    else timer = setTimeout(look, Math.ceil(rest));
  }

  return {
    again() {
      if (spent === undefined) since = performance.now();
      else spent = 0;
    },
    pause() {
      if (ended || spent !== undefined) return;
      spent = performance.now() - since;
      clearTimeout(timer);
    },
    resume() {
      if (ended || spent === undefined) return;
      since = performance.now() - spent;
      spent = undefined;
      timer = setTimeout(look, Math.max(0, ms - (performance.now() - since)));
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
