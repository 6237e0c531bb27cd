// Proves inside the native child that the native libraries load and work.

export async function checkOrt(modelPath: string) {
  const ort = await import("onnxruntime-node");
  const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1 });
  try {
    const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
    for (const input of session.inputMetadata) {
      if (!input.isTensor) continue;
      // A free last dimension is a length, and sound models take no length of one.
      const shape = input.shape.map((n, i, all) =>
        typeof n === "number" && n > 0 ? n : i === all.length - 1 ? 256 : 1,
      );
      const length = shape.reduce((a, b) => a * b, 1);
      const data =
        input.type === "int64"
          ? new BigInt64Array(length)
          : input.type === "int32"
            ? new Int32Array(length)
            : new Float32Array(length);
      feeds[input.name] = new ort.Tensor(input.type as "float32", data as Float32Array, shape);
    }
    await session.run(feeds);
    return {
      inputs: [...session.inputNames],
      outputs: [...session.outputNames],
      version: ort.env.versions.node ?? ort.env.versions.common,
    };
  } finally {
    await session.release();
  }
}

export async function nativeVersions(): Promise<Record<string, string>> {
  const { default: sharp } = await import("sharp");
  const { sharp: sharpVersion, vips, heif, aom, webp } = sharp.versions as Record<string, string>;
  return { sharp: sharpVersion!, vips: vips!, heif: heif!, aom: aom!, webp: webp! };
}
