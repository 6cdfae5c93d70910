/** A figure inside of a view. */
import { type JSX, useEffect, useRef } from "react";
import { draw, erase, type Figure } from "@/plot/plotly";

export function Plot({ figure, label }: { readonly figure: Figure; readonly label: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (element.current) void draw(element.current, figure);
  }, [figure]);
  useEffect(() => {
    const place = element.current;
    return () => { if (place) erase(place); };
  }, []);
  return <div className="s-plot" ref={element} role="group" aria-label={label} />;
}
