// Entry of the native child when the server runs from source. The executable reaches it as `sprocket native-child`.

import { runNativeChild } from "./native-child.ts";

runNativeChild();
