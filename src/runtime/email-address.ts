// What counts as an e-mail address here: what browsers take in a field for one, so also `owner@localhost` and `ada@nas`.

import { z } from "zod";

export const emailAddress = z.email({ pattern: z.regexes.html5Email });
