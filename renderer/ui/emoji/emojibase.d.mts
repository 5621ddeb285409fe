/** The fields that are used here. */
type Known = {
  readonly unicode: string;
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly skins?: readonly { readonly unicode: string; readonly label: string }[];
};
export declare const emoji: readonly Known[];
/** What stands between colons, by `hexcode`. */
export declare const codes: Readonly<Record<string, string | readonly string[]>>;
