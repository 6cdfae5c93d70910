/** What lets a style element of this page in (Content-Security-Policy); empty where the server names none. */
export const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
