// A file imported `with { type: "file" }` is its path, also inside the compiled executable.

declare module "*.css" {
  const path: string;
  export default path;
}
declare module "*.js" {
  const path: string;
  export default path;
}
declare module "*.svg" {
  const path: string;
  export default path;
}
declare module "*.txt" {
  const path: string;
  export default path;
}
