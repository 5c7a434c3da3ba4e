// The scenario page and its HTTP interface, on loopback only. Plain node:http: five routes of JSON and one small page need no framework.
import http from 'node:http';
import { z } from 'zod';
import type { Network } from '../process/network.ts';
import type { SentMessage } from './message-gateway.ts';
import { ScenarioError } from './scenario.ts';
import { type ScenarioPlayer, scenarios } from './scenarios.ts';

const requestSchema = z.strictObject({
  station: z.string().optional(),
  point: z.string().optional(),
  size: z.number().optional(),
  seconds: z.number().optional(),
});
const forceSchema = z.strictObject({ value: z.number().nullable() });

export async function startControlServer(options: {
  readonly host: string;
  readonly port: number;
  readonly network: Network;
  readonly player: ScenarioPlayer;
  readonly refusedWrites: () => number;
  /** What the message gateway was given, newest first. */
  readonly messages: () => readonly SentMessage[];
}): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { network, player } = options;

  function route(method: string, url: URL, body: unknown): { status: number; body: unknown } {
    const [first, second] = url.pathname.split('/').slice(1).map(decodeURIComponent);
    if (first === 'scenarios' && second === undefined && method === 'GET') {
      return {
        status: 200,
        body: {
          scenarios: scenarios.map(({ name, title, station, seconds }) => ({ name, title, station, seconds })),
          running: player.running(),
          refusedWrites: options.refusedWrites(),
        },
      };
    }
    if (first === 'scenarios' && second !== undefined && method === 'POST')
      return { status: 200, body: player.start(second, requestSchema.parse(body ?? {})) };
    if (first === 'scenarios' && second !== undefined && method === 'DELETE')
      return { status: player.stop(second) ? 200 : 404, body: { name: second } };
    if (first === 'messages' && second === undefined && method === 'GET') return { status: 200, body: options.messages() };
    if (first === 'values' && second === undefined && method === 'GET') {
      const only = url.searchParams.get('station');
      const points = network.plant.points.filter((point) => only === null || network.plant.stations[point.stationIndex]?.id === only);
      return { status: 200, body: Object.fromEntries(points.map((point) => [point.id, network.values[point.index] ?? null])) };
    }
    if (first === 'values' && second !== undefined && method === 'PUT') {
      const index = network.plant.pointIndexById.get(second);
      if (index === undefined) return { status: 404, body: { error: `no point ${second}` } };
      const { value } = forceSchema.parse(body);
      if (value === null) network.forced.delete(index);
      else network.forced.set(index, value);
      return { status: 200, body: { point: second, value } };
    }
    return { status: 404, body: { error: `${method} ${url.pathname} does not exist: see /` } };
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method === 'GET' && url.pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > 65_536) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      try {
        const text = Buffer.concat(chunks).toString('utf8');
        const { status, body } = route(request.method ?? 'GET', url, text === '' ? undefined : JSON.parse(text));
        answer(status, body);
      } catch (error) {
        if (error instanceof ScenarioError) answer(400, { error: error.message });
        else if (error instanceof z.ZodError) answer(400, { error: z.prettifyError(error) });
        else if (error instanceof SyntaxError) answer(400, { error: `the body is not JSON: ${error.message}` });
        else answer(500, { error: String(error) });
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => resolve());
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function page(): string {
  const buttons = scenarios
    .map(
      ({ name, title, station, seconds }) =>
        `<button data-name="${name}"><b>${title.zh}</b> ${title.en}<br><small>${name} · ${station} · ${seconds} s</small></button>`,
    )
    .join('\n');
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>演示场景 · Demo scenarios</title>
<style>body{font:15px system-ui;margin:2rem auto;max-width:60rem;background:#eee;color:#222}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.6rem}
button{font:inherit;text-align:left;padding:.7rem;border:1px solid #bbb;border-radius:6px;background:#fff;cursor:pointer}button.on{border-color:#a33;box-shadow:0 0 0 2px #a336}</style>
<h1>演示场景 <small>Demo scenarios</small></h1><p>点一下开始，再点一下结束。Click to begin, click again to end.</p><main>${buttons}</main><h2>短信与电话 <small>Messages and calls that the demo's gateway was given</small></h2><ul></ul>
<script>const show=async()=>{const r=await (await fetch('/scenarios')).json();const on=new Set(r.running.map(s=>s.name));document.querySelectorAll('button').forEach(b=>b.classList.toggle('on',on.has(b.dataset.name)))};
document.querySelectorAll('button').forEach(b=>b.onclick=async()=>{await fetch('/scenarios/'+b.dataset.name,{method:b.classList.contains('on')?'DELETE':'POST'});show()});const list=async()=>{const m=await (await fetch('/messages')).json();document.querySelector('ul').replaceChildren(...m.map(s=>{const li=document.createElement('li');li.textContent=new Date(s.atMs).toLocaleTimeString()+' '+(s.kind==='sms'?'短信':'电话')+' '+s.name+' '+s.to+'：'+s.text;return li}))};
setInterval(()=>{show();list()},1000);show();list()</script></html>`;
}
