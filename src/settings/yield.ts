// The shapes of what the server yields to: quiet hours, other programs' load, a disk that runs low, playback. Messages are
// the ends of sentences that faults.ts begins.

import { z } from "zod";

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "give a time like 22:00");
const name = z.string().trim().max(60, "a name of 60 letters or less").optional();
const mode = z.enum(["freeze", "drain"]);

/** From one local time to another, over midnight where `to` is not later. Equal times are a whole day. */
const quietWindow = z.strictObject({
  name,
  from: time,
  to: time,
  /** On which days it begins: 0 is Sunday. None named is every day. */
  days: z.array(z.int().min(0).max(6)).max(7).optional(),
  /** What rests in it. No queue and no category named is everything. */
  queues: z.array(z.string().min(1)).max(50).optional(),
  categories: z
    .array(z.enum(["cpu", "gpu_encode", "gpu_ai"]))
    .max(3)
    .optional(),
  /** Instead of the general one. */
  mode: mode.optional(),
});

export const playbackServerSchema = z.strictObject({
  name,
  type: z.enum(["jellyfin", "emby", "plex"]),
  url: z.string().trim().max(500).check(plainAddress),
  /** An API key (Jellyfin, Emby) or an X-Plex-Token. */
  token: z
    .string()
    .trim()
    .max(500)
    .regex(/^[\x21-\x7e]+$/, "give its API key or token, without spaces"),
});

export const yieldSchema = z.strictObject({
  quietHours: z.array(quietWindow).max(14, "14 windows or fewer"),
  /** Percent of all cores that other programs may use; null looks at nothing. */
  cpuLoad: z.int().min(5).max(95).nullable(),
  /** In millions of bytes; 0 looks at nothing. */
  diskFreeMb: z.int().min(0).max(100_000_000),
  playback: z.strictObject({
    /** Sprocket's own player. */
    own: z.boolean(),
    servers: z.array(playbackServerSchema).max(8, "8 servers or fewer"),
    /** How long nobody must have watched before work goes on. */
    graceS: z.int().min(0).max(3600),
  }),
  mode,
});

export const importModeSchema = z.strictObject({
  enabled: z.boolean(),
  /** Queues, first to last; those not named follow in the suggested order. */
  order: z.array(z.string().min(1)).max(50).optional(),
});

export type YieldSetting = z.infer<typeof yieldSchema>;
export type QuietWindow = z.infer<typeof quietWindow>;
export type PlaybackServer = z.infer<typeof playbackServerSchema>;
export type ImportModeSetting = z.infer<typeof importModeSchema>;

export const yieldDefault: YieldSetting = {
  quietHours: [],
  cpuLoad: null,
  diskFreeMb: 2048,
  playback: { own: true, servers: [], graceS: 60 },
  mode: "freeze",
};

/** Names and passwords in an address would be shown wherever it is. */
function plainAddress(ctx: z.core.ParsePayload<string>): void {
  const fault = addressFault(ctx.value);
  if (fault) ctx.issues.push({ code: "custom", message: fault, input: ctx.value, continue: false });
}

function addressFault(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    return "give an address that begins with http:// or https://";
  const { username, password, search, hash } = new URL(text);
  if (username || password) return "give the address without a name and password in it";
  if (search || hash) return "give the address without ? and # in it";
  return undefined;
}
