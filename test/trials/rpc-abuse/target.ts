/** Whom to ask, and as whom. */
export interface Target {
  readonly port: number;
  /** The value of the header `Authorization`. */
  readonly authorization: string;
}

export const HOST = '127.0.0.1';

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
