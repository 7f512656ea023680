import { type Endpoint, endpointText } from '../network/endpoint.ts';
import { NetworkError } from '../network/network-error.ts';
import {
  DEFAULT_HTTP_LIMITS,
  type Http,
  type HttpHandler,
  type HttpLimits,
  type HttpResponse,
  type HttpServer,
} from './http.ts';
import { HttpError } from './http-error.ts';

export interface VirtualRequest {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Serving {
  readonly handler: HttpHandler;
  readonly bodyBytes: number;
}

const FIRST_FREE_PORT = 49_152;
const PAYLOAD_TOO_LARGE = 413;

/**
 * HTTP between a handler and its callers in the same process: no sockets, no ports of the machine.
 *
 * @example
 * const http = new VirtualHttp();
 * const { address } = await http.serve({ host: '127.0.0.1', port: 0 }, answer);
 * await http.request(address, { method: 'POST', body: '{}' })
 */
export class VirtualHttp implements Http {
  readonly #serving = new Map<number, Serving>();
  #nextPort = FIRST_FREE_PORT;

  async serve(
    { host, port: wanted }: Endpoint,
    handler: HttpHandler,
    limits: Partial<HttpLimits> = {},
  ): Promise<HttpServer> {
    const port = wanted === 0 ? this.#nextPort++ : wanted;
    const address = { host, port };
    if (this.#serving.has(port)) {
      throw new NetworkError('in-use', `listen on ${endpointText(address)}`);
    }
    const { bodyBytes } = { ...DEFAULT_HTTP_LIMITS, ...limits };
    this.#serving.set(port, { handler, bodyBytes });
    return {
      address,
      close: async () => {
        this.#serving.delete(port);
      },
    };
  }

  /** Makes a request, as a client would. */
  async request(at: Endpoint, given: VirtualRequest): Promise<HttpResponse> {
    const serving = this.#serving.get(at.port);
    if (serving === undefined) throw new NetworkError('refused', `connect to ${endpointText(at)}`);
    const { method = 'POST', url = '/', headers = {}, body = '' } = given;
    const bytes = new TextEncoder().encode(body);
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    try {
      return await serving.handler({
        ...{ method, url },
        headers: new Map(lower as [string, string][]),
        remote: { host: '127.0.0.1', port: FIRST_FREE_PORT },
        body: async (most = serving.bodyBytes) => {
          if (bytes.length > Math.min(most, serving.bodyBytes))
            throw new HttpError('too-large', 'too long');
          return bytes;
        },
      });
    } catch (error) {
      if (error instanceof HttpError) return { status: PAYLOAD_TOO_LARGE };
      throw error;
    }
  }
}
