/** For tests: what lies in Electron's archive. */

/** A file of the archive. */
interface PackedFile {
  readonly size: number;
  /** In decimal: where it begins behind the header; none for a file that lies outside. */
  readonly offset?: string;
  readonly unpacked?: boolean;
  readonly integrity?: { readonly algorithm: string; readonly hash: string };
}

interface PackedFolder {
  readonly files: Readonly<Record<string, PackedFile | PackedFolder>>;
}

/** The archive's files by path, and how to read one. */
export interface Archive {
  readonly files: ReadonlyMap<string, PackedFile>;
  readonly read: (path: string) => string;
}

/** Reads the whole archive: four lengths of four bytes, the last one that of the list in JSON. */
export function readArchive(bytes: Buffer): Archive {
  const length = bytes.readUInt32LE(12);
  const begin = 8 + bytes.readUInt32LE(4);
  const list = JSON.parse(bytes.toString('utf8', 16, 16 + length)) as PackedFolder;
  const files = new Map(filesBelow(list, ''));
  return {
    files,
    read: (path) => {
      const { offset = '0', size = 0 } = files.get(path) ?? {};
      return bytes.toString('utf8', begin + Number(offset), begin + Number(offset) + size);
    },
  };
}

function filesBelow(folder: PackedFolder, path: string): (readonly [string, PackedFile])[] {
  return Object.entries(folder.files).flatMap(([name, entry]) =>
    'files' in entry ? filesBelow(entry, `${path}${name}/`) : [[`${path}${name}`, entry] as const],
  );
}
