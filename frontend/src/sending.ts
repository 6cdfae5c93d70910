/** Entry: fields for files (`data-sending`) send them piece by piece, and go on after a break. */
import { begin } from "@/sending/form";

for (const field of document.querySelectorAll<HTMLElement>("[data-sending]")) begin(field);
