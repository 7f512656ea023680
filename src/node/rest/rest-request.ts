/** What a request at `/rest/` asks for, read as Bitcoin Core 28 reads it: letter by letter, nothing decoded. */
import { badRequest } from './rest-error.ts';

export type RestFormat = 'bin' | 'hex' | 'json';

/** What is asked of one endpoint. */
export interface RestQuestion {
  /** What stands behind the endpoint's own path, without the query and the format. */
  readonly rest: string;
  /** Undefined where none is named that there is. */
  readonly format: RestFormat | undefined;
  /** The whole of it, with the query. */
  readonly url: string;
  readonly body: Uint8Array;
  /** Lets others have a turn, in the middle of a long answer. */
  readonly pause: () => Promise<void>;
}

/** A request as it comes to an endpoint. */
type RestRequestParts = Pick<RestQuestion, 'url' | 'body' | 'pause'>;

const FORMATS: ReadonlySet<string> = new Set<RestFormat>(['bin', 'hex', 'json']);
/** RFC 3986: what a path may have, and a query behind it. */
const SOUND_URL =
  /^(?:[\w\-.~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})*(?:\?(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-fA-F]{2})*)?(?:#.*)?$/;

/**
 * Takes what stands behind an endpoint's path apart.
 *
 * @example
 * readQuestion('00…6f.json?count=2', request) // { rest: '00…6f', format: 'json', ...request }
 */
export function readQuestion(behind: string, request: RestRequestParts): RestQuestion {
  const mark = behind.lastIndexOf('?');
  const rest = mark < 0 ? behind : behind.slice(0, mark);
  const dot = rest.lastIndexOf('.');
  const suffix = rest.slice(dot + 1);
  if (dot < 0) return { rest, format: undefined, ...request };
  if (isFormat(suffix)) return { rest: rest.slice(0, dot), format: suffix, ...request };
  return { rest: suffix === '' ? rest.slice(0, dot) : rest, format: undefined, ...request };
}

function isFormat(suffix: string): suffix is RestFormat {
  return FORMATS.has(suffix);
}

/**
 * A parameter of the query. The first one of a name counts; where one of them has no value, none of them
 * counts.
 *
 * @throws RestError 400 if the address has characters that no address has
 */
export function queryParameter({ url }: RestQuestion, name: string): string | undefined {
  if (!SOUND_URL.test(url)) {
    throw badRequest('URI parsing failed, it likely contained RFC 3986 invalid characters');
  }
  const query = url.split('#')[0]?.split('?').slice(1).join('?') ?? '';
  const pairs = query.split('&').map((pair) => pair.split('='));
  if (pairs.some(([key, ...value]) => key === '' || value.length === 0)) return undefined;
  const found = pairs.find(([key]) => key === name);
  return found && decoded(found.slice(1).join('='));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch (error) {
    // Bytes that are no UTF-8 are no value of any parameter either.
    if (error instanceof URIError) return value;
    throw error;
  }
}
