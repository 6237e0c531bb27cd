// Who plays a file in Sprocket's own pages. They say so when they begin and every 30 s; who has said nothing for 90 s has
// closed the page.

export interface OwnReport {
  userId: string;
  who: string | null;
  fileId: number;
  title: string;
  isAudio: boolean;
  playing: boolean;
}

export interface OwnPlayers {
  report(report: OwnReport): void;
  playing(): OwnReport[];
}

/** Who has said nothing for so long does not play any more. */
export const silenceS = 90;
/** Of one user: more are a script, not somebody who watches. */
const maxPerUser = 10;

export function ownPlayers(now: () => number): OwnPlayers {
  const heard = new Map<string, OwnReport & { at: number }>();

  function forgetOld(): void {
    // Either way: the clock may have been set back meanwhile.
    for (const [key, { at }] of heard) if (Math.abs(now() - at) >= silenceS * 1000) heard.delete(key);
  }

  return {
    report(report) {
      forgetOld();
      const key = `${report.userId} ${report.fileId}`;
      if (!report.playing) {
        heard.delete(key);
        return;
      }
      const mine = [...heard].filter(([other, { userId }]) => userId === report.userId && other !== key);
      if (mine.length >= maxPerUser) heard.delete(mine[0]![0]);
      heard.set(key, { ...report, at: now() });
    },
    playing() {
      forgetOld();
      return [...heard.values()];
    },
  };
}
