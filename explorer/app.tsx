// App is the frame of all views: header, navigation, what is wrong with the connection, the view.
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import type { Status } from '../src/explorer/api.ts';
import { grouped } from '../src/lib/grouped.ts';
import { type Answer, dataOf, useAnswer, useNow } from './data/answers.ts';
import { type Page, PageProvider, useAddress, usePage } from './data/page.ts';
import { age } from './logic/format.ts';
import { cutsFamily, isEmpty } from './logic/marks.ts';
import { allFamilies, type Route } from './logic/route.ts';
import { Notice } from './parts/notice.tsx';
import { CutView } from './views/cut.tsx';
import { FamiliesView } from './views/families.tsx';
import { FamilyView } from './views/family.tsx';
import { NamespaceView } from './views/namespace.tsx';
import { ObjectView } from './views/object.tsx';
import { ObjectsView } from './views/objects.tsx';
import { StateView } from './views/state.tsx';
import { TimeView } from './views/time.tsx';

const statusEveryMs = 5_000;

export function App(): VNode {
  const page = useAddress();
  const status = useAnswer<Status>('api/v1/status', statusEveryMs);
  const { version = '', telemetryPort } = dataOf(status) ?? {};
  const title = titleOf(page.route);
  useEffect(() => {
    document.title = `${title} · kubestate`;
  }, [title]);
  return (
    <PageProvider value={page}>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header>
        <div class="name">
          <a href={page.href({ view: 'state' })}>kubestate</a> <span class="soft">{version}</span>
        </div>
        <Navigation />
        <Live status={status} />
      </header>
      <Connection status={status} />
      <Main title={title} place={placeOf(page.route)}>
        {page.wrong === undefined ? null : <Notice tone="bad">{page.wrong}</Notice>}
        <Guarded key={placeOf(page.route)}>{viewOf(page, status)}</Guarded>
      </Main>
      <Footer telemetryPort={telemetryPort} />
    </PageProvider>
  );
}

/** A link could not do it: the fragment is the view's address. */
function skip(): void {
  document.getElementById('content')?.focus();
}

const views = [
  ['State', { view: 'state' }],
  ['Families', allFamilies],
  ['Objects', { view: 'objects', search: '' }],
  ['The cut', { view: 'cut' }],
  ['Over time', { view: 'time' }],
] as const satisfies readonly (readonly [string, Route])[];

/** The entry of the navigation that a view belongs to. */
const parents: Readonly<Partial<Record<Route['view'], Route['view']>>> = {
  family: 'families',
  namespace: 'families',
  object: 'objects',
};

function Navigation(): VNode {
  const { route, href, marks } = usePage();
  const open = parents[route.view] ?? route.view;
  return (
    <nav aria-label="Views">
      {views.map(([label, to]) => (
        <a key={label} href={href(to)} aria-current={open === to.view ? 'page' : undefined}>
          {label}
          {to.view === 'cut' && !isEmpty(marks) ? <CutCount /> : null}
        </a>
      ))}
    </nav>
  );
}

function CutCount(): VNode | null {
  const { marks } = usePage();
  const families = dataOf(useAnswer<{ families: { name: string }[] }>('api/v1/families'))?.families;
  // What is kept does not tell how much is cut.
  if (families === undefined && marks.mode === 'keep') return null;
  const isCut = cutsFamily(marks);
  const number =
    (families?.filter(({ name }) => isCut(name)).length ?? marks.families.length) +
    marks.namespaces.length;
  return (
    <>
      {' '}
      <span class="badge">{grouped(number)}</span>
    </>
  );
}

/** Whether the numbers move, in two words. */
function Live({ status }: { status: Answer<Status> }): VNode {
  const tones = { waiting: 'wait', current: 'good', old: 'bad', failed: 'bad' } as const;
  const words = { waiting: 'Asking', current: 'Live', old: 'No answer', failed: 'No answer' };
  return <span class={`live tone ${tones[status.phase]}`}>{words[status.phase]}</span>;
}

/** What is wrong between this page and its server; the live region is there from the start. */
function Connection({ status }: { status: Answer<Status> }): VNode {
  return (
    <div class="connection" role="status">
      {status.phase === 'old' ? <Lost atMs={status.atMs} error={status.error} /> : null}
      {status.phase === 'failed' ? <Notice tone="bad">{status.error}</Notice> : null}
    </div>
  );
}

function Lost({ atMs, error }: { atMs: number; error: string }): VNode {
  const now = useNow(1_000);
  return (
    <Notice tone="bad">
      {error} What you see is <span aria-live="off">{age((now - atMs) / 1000)}</span> old; the page
      asks again every {statusEveryMs / 1000} s.
    </Notice>
  );
}

interface MainProps {
  readonly title: string;
  /** The same as long as the reader stays where they are. */
  readonly place: string;
  readonly children: ComponentChildren;
}

/** The view, which gets the focus when it is another one, so that readers of screens hear it. */
function Main({ title, place, children }: MainProps): VNode {
  const main = useRef<HTMLElement>(null);
  const opened = useRef(place);
  useEffect(() => {
    if (opened.current === place) return;
    opened.current = place;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
  return (
    <main id="content" tabIndex={-1} ref={main} aria-label={title}>
      {children}
    </main>
  );
}

/** A mistake of this page costs one view, and is said. */
function Guarded({ children }: { children: ComponentChildren }): VNode {
  const [error, again] = useErrorBoundary((problem: unknown) => console.error(problem));
  if (error === undefined) return <>{children}</>;
  return (
    <Notice tone="bad">
      This view could not be shown: {String((error as Error).message)}.{' '}
      <button type="button" onClick={again}>
        Try again
      </button>
    </Notice>
  );
}

function Footer({ telemetryPort }: { telemetryPort: number | undefined }): VNode {
  const telemetry = `${location.protocol}//${location.hostname}:${telemetryPort}`;
  return (
    <footer>
      <a href="metrics">/metrics</a> <a href="healthz">/healthz</a> <a href="livez">/livez</a>{' '}
      <a href="api/v1/openapi.json">/api/v1</a>
      {telemetryPort === undefined ? null : <a href={`${telemetry}/`}>Port {telemetryPort}</a>}
    </footer>
  );
}

function titleOf(route: Route): string {
  switch (route.view) {
    case 'family':
    case 'namespace':
      return route.name;
    case 'object':
      return `${route.resource} ${route.name}`;
    case 'unknown':
      return 'No such view';
    default:
      return views.find(([, { view }]) => view === route.view)?.[0] ?? '';
  }
}

/** Differs between views and what they are about, not between searches. */
function placeOf(route: Route): string {
  const { view } = route;
  if (view === 'object') return `${view} ${route.resource} ${route.namespace} ${route.name}`;
  return view === 'family' || view === 'namespace' ? `${view} ${route.name}` : view;
}

function viewOf({ route, href }: Page, status: Answer<Status>): VNode {
  switch (route.view) {
    case 'state':
      return <StateView status={status} />;
    case 'families':
      return <FamiliesView query={route} />;
    case 'family':
      return <FamilyView name={route.name} />;
    case 'namespace':
      return <NamespaceView name={route.name} />;
    case 'objects':
      return <ObjectsView search={route.search} />;
    case 'object':
      return <ObjectView {...route} />;
    case 'cut':
      return <CutView />;
    case 'time':
      return <TimeView />;
    case 'unknown':
      return (
        <Notice tone="bad">
          There is no view at {route.path}. <a href={href({ view: 'state' })}>Show the state</a>.
        </Notice>
      );
  }
}
