/** The files that somebody chose or dropped, each with its path: whole folders are gone through. */

export interface Chosen {
  readonly file: File;
  readonly path: string;
}

/** Of a file input; one of a folder tells the paths within it. */
export const ofInput = (input: HTMLInputElement): Chosen[] =>
  [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Of a drop. To be called while the event is handled; what it holds is gone afterwards. */
export async function ofDrop(data: DataTransfer): Promise<Chosen[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...data.files].map((file) => ({ file, path: file.name }));
  const found = await Promise.all(entries.map((entry) => below(entry, "")));
  return found.flat();
}

async function below(entry: FileSystemEntry, folder: string): Promise<Chosen[]> {
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail));
    return [{ file, path }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Chosen[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await below(one, path)));
  }
}
