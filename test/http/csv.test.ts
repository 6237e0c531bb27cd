// Tables for spreadsheets: quoted as RFC 4180 says, and no cell is ever a formula.

import { expect, test } from "bun:test";
import { csvLines, csvRow, download, jsonArray } from "../../src/http/csv.ts";

test("commas, quotes and line breaks are quoted; times are ISO; nothing is empty", () => {
  expect(csvRow(["plain", 'say "hi"', "a,b", "two\nlines", 1.5, null, new Date(0)])).toBe(
    'plain,"say ""hi""","a,b","two\nlines",1.5,,1970-01-01T00:00:00.000Z\r\n',
  );
});

test("what a spreadsheet would run is text; figures stay figures", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"]) expect(csvRow([text])).toBe(`'${text}\r\n`);
  expect(csvRow(['=HYPERLINK("x","y")'])).toBe('"\'=HYPERLINK(""x"",""y"")"\r\n');
  expect(csvRow([-1])).toBe("-1\r\n");
});

test("a download is read batch by batch, and stops where the reader does", async () => {
  let asked = 0;
  let closed = false;
  function* batches() {
    try {
      for (;;) {
        asked++;
        yield [asked];
      }
    } finally {
      closed = true;
    }
  }
  const reader = download(
    "x.csv",
    "text/csv",
    csvLines(["n"], batches(), (n: number) => [n]),
  ).body!.getReader();
  await reader.read();
  await reader.read();
  expect(asked).toBeLessThan(5);
  await reader.cancel();
  expect(closed).toBe(true);
});

test("an array of any length is valid JSON", async () => {
  const text = async (batches: number[][]) =>
    await download(
      "x.json",
      "application/json",
      jsonArray(batches, (n) => ({ n })),
    ).json();
  expect(await text([])).toEqual([]);
  expect(await text([[1, 2], [3]])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});
