// What the pages do beyond links and forms.

import "./times.js";
import "./theme.js";
import "./toasts.js";
import "./dialog.js";
import "./requests.js";
import "./stream.js";
import "./live-work.js";
import "./job-list.js";
import "./tick-range.js";
import "./ticks.js";
import "./log.js";
import "./suggest.js";
import "./at-once.js";
import "./copy.js";
import "./create-job.js";
import "./palette.js";
import "./keyboard.js";
