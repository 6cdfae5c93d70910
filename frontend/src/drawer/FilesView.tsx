/** Files that a step wrote, each with its size and a link to download it. */
import type { JSX } from "react";
import type { FilesOutput } from "@/api/types";
import { _, bytes } from "@/i18n";

export function FilesView({ output }: { readonly output: FilesOutput }): JSX.Element {
  return (
    <div className="scrolls facts-box">
      <table className="s-facts">
        <tbody>{output.files.map((file) => (
          <tr key={file.path}>
            <th scope="row"><a href={file.url} download aria-label={_("Download %(file)s", { file: file.path })}>{file.path}</a></th>
            <td>{bytes(file.size_bytes)}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
