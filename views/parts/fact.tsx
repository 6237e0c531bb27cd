// One of a list of facts: what it is and how it is. What nobody knows is left out.

export function Fact({ label, children }: { label: string; children?: unknown }) {
  if (children === null || children === undefined) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
