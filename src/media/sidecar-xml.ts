// XML of a sidecar as elements. Entities of its own are refused: they serve to read other files, or to fill the memory.

import { DOMParser, type Element, type Node, onErrorStopParsing } from "@xmldom/xmldom";
import { unusable } from "./sidecar.ts";

export type { Element } from "@xmldom/xmldom";

export function parseXml(text: string): Element {
  if (/<!(ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(text))
    throw unusable("it declares entities of its own, which is not accepted");
  const depth = deepest(text);
  if (depth > 200) throw unusable(`its elements lie ${depth} deep`);
  try {
    // An XML declaration may name an encoding; the text is decoded already.
    const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
      text.replace(/^\s*<\?xml[^>]*\?>/, "").trim(),
      "text/xml",
    ).documentElement;
    if (root) return root;
  } catch (error) {
    throw unusable(`it is no valid XML (${wordsOf(error as Error)})`);
  }
  throw unusable("it is no valid XML");
}

/** Below it, at any depth, by the name without its prefix. */
export function all(node: Element, name: string): Element[] {
  return [...node.getElementsByTagNameNS("*", name)];
}

export function children(node: Element, name?: string): Element[] {
  const found: Element[] = [];
  for (let child: Node | null = node.firstChild; child; child = child.nextSibling)
    if (child.nodeType === 1 && (!name || (child as Element).localName === name))
      found.push(child as Element);
  return found;
}

export function textOf(node: Element | undefined): string | undefined {
  return node?.textContent?.trim() || undefined;
}

function wordsOf({ message }: Error): string {
  const quoted = /^Reporting \w+ "([^"]+)"/.exec(message)?.[1];
  return (quoted ?? message).split("\n")[0]!.slice(0, 120);
}

/** How deep elements lie, near enough: comments and attributes may count as well. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [tag] of text.matchAll(/<\/?[A-Za-z_][^<>]*>/g)) {
    if (tag.startsWith("</")) depth--;
    else if (!tag.endsWith("/>")) most = Math.max(most, ++depth);
  }
  return most;
}
