/** The HTTP of tus with a checksum of each piece, where the browser can compute one (HTTPS, or localhost). */
import { DefaultHttpStack, type HttpRequest, type HttpResponse, type HttpStack } from "tus-js-client";

export class CheckedStack implements HttpStack {
  private readonly inner = new DefaultHttpStack({});

  createRequest(method: string, url: string): HttpRequest {
    const request = this.inner.createRequest(method, url);
    if (method !== "PATCH" || !globalThis.crypto?.subtle) return request;
    const send = request.send.bind(request);
    request.send = async (body: unknown): Promise<HttpResponse> => {
      if (body instanceof Blob) request.setHeader("Upload-Checksum", await checksum(body));
      return send(body);
    };
    return request;
  }

  getName(): string {
    return "CheckedStack";
  }
}

export async function checksum(piece: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await piece.arrayBuffer());
  return `sha256 ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
