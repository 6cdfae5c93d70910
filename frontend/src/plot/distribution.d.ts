/** The distributed bundle carries no types; what is used of it is described in `plotly.ts`. */
declare module "plotly.js-cartesian-dist-min" {
  const plotly: unknown;
  export default plotly;
}
