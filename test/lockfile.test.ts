// The lock file must hold on machines and registries other than the one it was written on.

import { expect, test } from "bun:test";
import lock from "../package-lock.json";

const packages = lock.packages as Record<
  string,
  { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }
>;

// `npm ci` refuses a lock file that lacks one, on every platform; npm leaves out what its registry did not have.
test("names the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter(
      (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});

test("names no registry", () => {
  expect(Object.values(packages).filter((one) => one.resolved !== undefined)).toEqual([]);
});

// Its libraries from 1.29 on send telemetry by default.
test("keeps ONNX Runtime at 1.27", () => {
  expect(packages["node_modules/onnxruntime-node"]?.version).toStartWith("1.27.");
});
