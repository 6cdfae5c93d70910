/** The designer's one object: its acts change the document by pure operations, and the views follow the state. */
import { Api, reasonOf } from "@/api/client";
import type { Part, RunPlan, Submission } from "@/api/plan";
import { Notices } from "@/api/notices";
import type {
  DatasetOffer, Demand, Draft, Edge, GraphDocument, Json, Palette, Position, Run,
} from "@/api/types";
import { rememberedLook, firstView } from "@/designer/look";
import { hasEnded, RunWatch } from "@/designer/runwatch";
import { watchData } from "@/designer/datawatch";
import { Examiner } from "@/designer/examiner";
import { watchGit } from "@/designer/gitwatch";
import { watchFields } from "@/designer/fieldwatch";
import { Outbox } from "@/designer/outbox";
import { PresenceWatch } from "@/designer/presence";
import { type Dialog, documentOf, type Menu, type State, type Tab } from "@/designer/state";
import { Store } from "@/designer/store";
import { Sync } from "@/designer/sync";
import {
  type Catalogue, catalogueOf, DATASET, datasetOf, draw, drawDataset, inputsOf, componentOf, outputsOf, titleOf,
} from "@/graph/catalogue";
import { bestEnd, candidates, edgeBetween, type End, judge, whyNot } from "@/graph/connect";
import { difference } from "@/graph/changes";
import { setDefault, setDemand } from "@/graph/demand";
import { edgeId } from "@/graph/document";
import { cutOut, type Fragment, freshId, paste } from "@/graph/fragment";
import { begin, type History } from "@/graph/history";
import { deleteMarks, forgetGone, moveAll, regroup, takenIds } from "@/graph/marks";
import * as op from "@/graph/operations";
import { freePlace, readingOrder } from "@/graph/place";
import { freshUuid } from "@/graph/uuid";
import { CARD_HEIGHT, CARD_WIDTH } from "@/graph/size";
import { _ , ngettext } from "@/i18n";

/** What only the drawn canvas knows: where the viewport is, and how to move it. */
export interface Viewport {
  centre(): Position;
  /** The place in the drawing under a point of the screen. */
  at(screen: Position): Position;
  fit(): void;
  fitTo(nodes: readonly string[]): void;
  pan(x: number, y: number): void;
  /** The next change of places is shown as a movement. */
  glide(): void;
  actualSize(): void;
  show(node: string): void;
  /** Goes to a card and near enough to read it. */
  enter(node: string): void;
  zoom(factor: number): void;
}

export type Source = { readonly component: string } | { readonly dataset: DatasetOffer };

export class Designer extends Store<State> {
  viewport: Viewport | null = null;
  /** This page, among all that are open. */
  readonly tab = freshUuid();
  private sync: Sync | null = null;
  private watch: RunWatch | null = null;
  private copied: Fragment | null = null;
  private token = 0;
  private toastTimer: number | undefined;

  private constructor(readonly api: Api, readonly notices: Notices, state: State) {
    super(state);
    notices.watch((connection) => this.set({ connection }));
  }

  /** Opens a draft for editing, or for reading where the person may not edit. */
  static async open(api: Api, id: string, mayEdit: boolean, project?: string): Promise<Designer> {
    const early = project ? api.palette(project) : null;
    early?.catch(() => undefined);
    const draft = await api.draft(id);
    const palette = await (early ?? api.palette(draft.project.slug));
    const state = stateOf(draft, palette, mayEdit && draft.can_edit);
    const designer = new Designer(api, new Notices(draft.project.slug), state);
    designer.keepTogether(draft);
    if (draft.last_run) designer.follow(draft.last_run.id);
    return designer;
  }

  /** Opens the graph of a run as it was submitted. */
  static async openRun(api: Api, id: string, project: string): Promise<Designer> {
    const [run, submitted] = await Promise.all([api.run(id), api.runDocument(id)]);
    const slug = project || (typeof run.project === "string" ? run.project : (run.project?.slug ?? ""));
    const offered = await api.palette(slug);
    const palette = { ...offered, own: [...(offered.own ?? []), ...(submitted.components ?? [])] };
    const draft: Draft = {
      id, name: run.display_name, project: { slug, name: slug }, revision: 0, document: submitted.document,
      problems: [], shapes: submitted.shapes, saved_at: "", can_edit: false, last_run: null, url: run.url, me: "",
      steps: { undo: [], redo: [], older: null },
    };
    const state: State = { ...stateOf(draft, palette, false), isRunView: true, run, submitted: submitted.document };
    const designer = new Designer(api, new Notices(slug), state);
    designer.follow(id);
    return designer;
  }

  get document(): GraphDocument {
    return documentOf(this.state);
  }

  get catalogue(): Catalogue {
    return this.state.catalogue;
  }

  // -- changing the drawing ------------------------------------------------------------------------------------

  /** Adds a step, in a free place near `at`, and links it to a dangling end if one is given. */
  add(source: Source, at: Position | null, from: End | null = null): string | null {
    const drawn = "dataset" in source ? drawDataset(this.catalogue, source.dataset) : this.drawComponent(source.component);
    if (!drawn || !this.state.canEdit) return null;
    const id = freshId(takenIds(this.document), drawn.component === DATASET ? String(drawn.parameters?.["dataset"]) : drawn.component);
    const title = titleOf(this.catalogue, drawn);
    let next = op.addNode(this.document, id, drawn, freePlace(this.document, at ?? this.defaultPlace()));
    const edge = from && this.edgeTo(next, from, id);
    if (edge) next = op.connect(next, edge);
    this.change(next, _("Add %(title)s", { title }));
    this.select([id], []);
    this.announce(_("%(title)s added.", { title }));
    return id;
  }

  /** Of steps, notes and frames; a step that is dropped into a frame or out of it changes its membership. */
  move(to: Readonly<Record<string, Position>>): void {
    const moved = moveAll(this.document, to);
    const frames = Object.keys(to).filter((id) => this.document.groups?.[id]);
    const next = frames.length ? moved : regroup(moved, Object.keys(to));
    this.change(next, _("Move"), `move ${Object.keys(to).join(" ")}`);
  }

  /** In the list: takes the place of the row before or after, which takes its own. */
  swapPlaces(node: string, step: 1 | -1): void {
    const order = readingOrder(this.document);
    const other = order[order.indexOf(node) + step];
    const here = this.document.layout[node];
    const there = other ? this.document.layout[other] : undefined;
    if (!other || !here || !there) return this.announce(_("There is no row beyond."));
    this.change(moveAll(this.document, { [node]: { x: there.x, y: there.y }, [other]: { x: here.x, y: here.y } }), _("Move"));
    this.announce(_("%(title)s changed places with %(other)s.", { title: this.nameOf(node), other: this.nameOf(other) }));
  }

  moveSelection(x: number, y: number): void {
    const to = Object.fromEntries(this.state.nodes.map((id) => {
      const at = this.document.layout[id] ?? { x: 0, y: 0 };
      return [id, { x: at.x + x, y: at.y + y }];
    }));
    this.move(to);
  }

  /** Draws a link if it is possible; says why if it is not. */
  link(a: End, b: End): boolean {
    const verdict = judge(this.catalogue, this.document, a, b);
    const edge = edgeBetween(a, b);
    if (!this.state.canEdit) return false;
    if (!verdict.possible || !edge) {
      this.tell(verdict.reason, "error");
      return false;
    }
    const label = verdict.replaces ? _("Replace link") : _("Connect");
    this.change(op.connect(this.document, edge), label);
    this.announce(_("Connected %(source)s to %(target)s.", {
      source: this.nameOf(edge.source), target: this.nameOf(edge.target),
    }));
    return true;
  }

  /** Moves an end of a link elsewhere, as one step. */
  replug(old: string, from: End, to: End): void {
    const rest = op.disconnect(this.document, [old]);
    const edge = edgeBetween(from, to);
    if (edge && judge(this.catalogue, rest, from, to).possible) this.change(op.connect(rest, edge), _("Move link"));
  }

  tellWhyNot(from: End, node: string): void {
    this.tell(whyNot(this.catalogue, this.document, from, node), "error");
  }

  disconnect(edges: readonly string[]): void {
    this.change(op.disconnect(this.document, edges), _("Disconnect"));
    this.set({ edges: [] });
  }

  deleteSelection(reconnect = false): void {
    const { nodes, edges, marks } = this.state;
    if (nodes.length === 0 && edges.length === 0 && marks.length === 0) return;
    const cut = op.disconnect(this.document, edges);
    const next = reconnect
      ? op.deleteAndReconnect(cut, nodes, (source, sourcePort, target, targetPort) => judge(
        this.catalogue, cut,
        { node: source, port: sourcePort, side: "output" }, { node: target, port: targetPort, side: "input" },
      ).possible)
      : op.deleteNodes(cut, nodes);
    const label = reconnect ? _("Delete and reconnect") : _("Delete");
    this.change(forgetGone(deleteMarks(next, marks)), label);
    this.announce(nodes.length || marks.length === 0
      ? ngettext("%(count)s step deleted.", "%(count)s steps deleted.", nodes.length)
      : ngettext("%(count)s note or group deleted.", "%(count)s notes or groups deleted.", marks.length));
  }

  setParameter(node: string, name: string, value: Json): void {
    this.change(op.setParameter(this.document, node, name, value), _("Set %(name)s", { name }), `set ${node} ${name}`);
  }

  /** Another dataset comes in its newest version: two parameters, one step. */
  chooseDataset(node: string, name: string): void {
    const dataset = this.catalogue.datasets.find((each) => each.name === name);
    if (!dataset) return;
    const named = op.setParameter(this.document, node, "dataset", name);
    this.change(op.setParameter(named, node, "version", dataset.version), _("Choose dataset"));
  }

  rename(node: string, title: string): void {
    this.change(op.rename(this.document, node, title), _("Rename"));
  }

  /** What the worker must have that runs the step; of null, those of all steps that say nothing. */
  askFor(node: string | null, demand: Demand): void {
    const next = node === null ? setDefault(this.document, demand) : setDemand(this.document, node, demand);
    this.change(next, _("Where to run"), `demand ${node ?? ""}`);
  }

  comment(node: string, words: string): void {
    this.change(op.comment(this.document, node, words), _("Comment"), `comment ${node}`);
  }

  /** Takes back the person's own last step; what others did since stays. */
  undo(): void {
    const undone = this.state.canEdit ? this.sync?.undo() : null;
    if (!undone) return;
    const said = _("Undone: %(label)s", { label: undone.label });
    if (undone.kept === 0) return this.announce(said);
    this.tell(`${said}. ${ngettext(
      "%(count)s field stays as somebody else changed it since.", "%(count)s fields stay as somebody else changed them since.",
      undone.kept,
    )}`);
  }

  redo(): void {
    const redone = this.state.canEdit ? this.sync?.redo() : null;
    if (redone) this.announce(_("Redone: %(label)s", { label: redone.label }));
  }

  // -- clipboard -----------------------------------------------------------------------------------------------

  /** The chosen steps as text for the clipboard; remembered here as well, for pages that may not read it. */
  copy(): string | null {
    if (this.state.nodes.length === 0) return null;
    this.copied = cutOut(this.document, this.state.nodes, this.state.marks);
    this.announce(ngettext("%(count)s step copied.", "%(count)s steps copied.", this.state.nodes.length));
    return JSON.stringify(this.copied, null, 1);
  }

  /** `withLinks`: also the links that came from steps outside, where those still are. */
  paste(fragment: Fragment | null, at: Position | null = null, withLinks = false): void {
    const given = fragment ?? this.copied;
    if (!given || !this.state.canEdit) return;
    const places = Object.values(given.layout);
    const corner = {
      x: Math.min(...places.map((place) => place.x)) + 3 * 8, y: Math.min(...places.map((place) => place.y)) + 3 * 8,
    };
    const pasted = paste(this.document, given, at ?? this.clear(corner), withLinks);
    this.change(pasted.document, _("Paste"));
    this.select(pasted.ids, [], pasted.marks);
    this.sayPasted(pasted.ids);
  }

  /** What is unknown here stays on the canvas, and it is said. */
  private sayPasted(ids: readonly string[]): void {
    const unknown = ids.filter((id) => {
      const node = this.document.nodes[id];
      return node && (node.component === DATASET ? !datasetOf(this.catalogue, node) : !componentOf(this.catalogue, node));
    });
    if (unknown.length === 0) return this.announce(ngettext("%(count)s step pasted.", "%(count)s steps pasted.", ids.length));
    const names = unknown.map((id) => this.nameOf(id)).join(", ");
    this.tell(_("Pasted, but this project does not know: %(names)s. Choose others there, or bring them into this project.", { names }), "error");
  }

  get canPaste(): boolean {
    return this.copied !== null;
  }

  duplicate(): void {
    if (this.state.nodes.length === 0) return;
    this.paste(cutOut(this.document, this.state.nodes, this.state.marks));
  }

  // -- choosing and looking ------------------------------------------------------------------------------------

  /** `marks` are notes and frames. */
  select(nodes: readonly string[], edges: readonly string[], marks: readonly string[] = []): void {
    if (same(nodes, this.state.nodes) && same(edges, this.state.edges) && same(marks, this.state.marks)) return;
    this.set({ nodes, edges, marks });
  }

  selectAll(): void {
    const { nodes, edges, notes, groups } = this.document;
    this.select(Object.keys(nodes), edges.map(edgeId), [...Object.keys(notes ?? {}), ...Object.keys(groups ?? {})]);
  }

  /** Brings a step into view, or its row. */
  reveal(node: string): void {
    if (this.state.view === "canvas") this.viewport?.show(node);
    else document.querySelector(`[data-testid="row-${CSS.escape(node)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  /** Selects a node, brings it into view, and puts the keyboard there, or into one of its fields. */
  focus(node: string, parameter = ""): void {
    if (!this.document.nodes[node]) return;
    this.select([node], []);
    this.reveal(node);
    this.token += 1;
    this.set({
      focus: { node, parameter, token: this.token },
      ...(parameter ? { tab: "parameters" as const, sheet: "pane" as const } : {}),
    });
  }

  show(tab: Tab): void {
    this.set({ tab });
  }

  openDialog(dialog: Dialog | null): void {
    this.set({ dialog, menu: null });
  }

  openMenu(menu: Menu | null): void {
    this.set({ menu });
  }

  /** Of a pipeline component: what the step inside made. */
  openOutput(node: string, port: string): void {
    const inner = componentOf(this.catalogue, this.document.nodes[node])?.own?.outputs[port];
    this.set({ drawer: inner ? { node: `${node}.${inner.node}`, port: inner.port } : { node, port } });
  }

  announce(announcement: string): void {
    this.set({ announcement });
  }

  /** Shown for a while, and read out. */
  tell(text: string, kind: "info" | "error" = "info"): void {
    window.clearTimeout(this.toastTimer);
    this.set({ toast: { text, kind }, announcement: text });
    this.toastTimer = window.setTimeout(() => this.set({ toast: null }), 6_000);
  }

  // -- links by keyboard ---------------------------------------------------------------------------------------

  /** Starts at the next output of the node (each further call takes the next port). */
  startLink(node: string): void {
    const component = componentOf(this.catalogue, this.document.nodes[node]);
    const ends: End[] = [
      ...outputsOf(component).map((port): End => ({ node, port: port.name, side: "output" })),
      ...inputsOf(component).map((port): End => ({ node, port: port.name, side: "input" })),
    ];
    const { linking, linkedByKeyboard } = this.state;
    const now = linkedByKeyboard && linking?.node === node
      ? ends.findIndex((end) => end.port === linking.port && end.side === linking.side) : -1;
    const start = ends[(now + 1) % ends.length];
    if (!start) return this.tell(_("This step has no ports."), "error");
    const pointed = this.targets(start)[0] ?? null;
    this.set({ linking: start, linkedByKeyboard: true, pointed });
    if (pointed) this.viewport?.show(pointed.node);
    this.sayPointed(start, pointed);
  }

  /** Points at the next or previous port that can take the link. */
  pointNext(step: 1 | -1): void {
    const { linking, pointed } = this.state;
    if (!linking) return;
    const targets = this.targets(linking);
    const now = targets.findIndex((end) => end.node === pointed?.node && end.port === pointed.port);
    const next = targets[(now + step + targets.length) % Math.max(targets.length, 1)] ?? null;
    this.set({ pointed: next });
    if (next) this.viewport?.show(next.node);
    this.sayPointed(linking, next);
  }

  finishLink(): void {
    const { linking, pointed } = this.state;
    this.endLink();
    if (linking && pointed) this.link(linking, pointed);
    if (linking) this.focus(linking.node);
  }

  beginLink(linking: End): void {
    this.set({ linking, linkedByKeyboard: false, pointed: null });
  }

  endLink(): void {
    this.set({ linking: null, pointed: null, linkedByKeyboard: false });
  }

  // -- the server ----------------------------------------------------------------------------------------------

  /** Everything drawn so far is with the server. */
  async saved(): Promise<void> {
    await this.sync?.flush();
  }

  async renameDraft(name: string): Promise<void> {
    const before = this.state.name;
    this.set({ name });
    await this.api.renameDraft(this.state.id, name).catch((error: unknown) => {
      this.set({ name: before });
      this.tell(reasonOf(error), "error");
    });
  }

  /** Everything saved first, then handed over; the run is followed from here on. */
  /** What a submit of the drawing as it is now would do. */
  async plan(part: Part): Promise<RunPlan> {
    await this.sync?.flush();
    return this.api.plan(this.state.id, part);
  }

  async submit(asked: Submission): Promise<void> {
    await this.sync?.flush();
    const run = await this.api.submit(this.state.id, asked);
    this.tell(_("Run %(number)s submitted.", { number: run.number }));
    this.set({ dialog: null, run: null, submitted: this.document });
    this.follow(run.id);
  }

  /** The saved models and transformations of the latest training run: a change like any other. */
  async updateInference(): Promise<readonly string[]> {
    await this.sync?.flush();
    const made = await this.api.updateInference(this.state.id);
    await this.sync?.look();
    this.tell(_("Updated: the model and the transformations are those of the latest training run."));
    return made.notes;
  }

  async clone(): Promise<void> {
    try {
      await this.sync?.flush();
      const made = await (this.state.isRunView ? this.api.cloneRun(this.state.id) : this.api.cloneDraft(this.state.id));
      location.assign(made.url);
    } catch (error) {
      this.tell(reasonOf(error), "error");
    }
  }

  async cancelRun(): Promise<void> {
    const run = this.state.run;
    if (!run) return;
    await this.api.cancelRun(run.id).catch((error: unknown) => this.tell(reasonOf(error), "error"));
    this.watch?.soon();
  }

  /** Back to an older revision: a change like any other, which can be undone. */
  async restore(revision: number): Promise<void> {
    await this.sync?.flush();
    await this.api.restore(this.state.id, revision);
    await this.sync?.look();
    this.announce(_("Restored revision %(n)s", { n: revision }));
  }

  /** The drawing as a draft of its own, where this one is not there any more. */
  async saveAsNew(): Promise<void> {
    const made = await this.api.createDraft(this.state.project.slug, this.state.name);
    await this.api.saveDocument(made.id, made.revision, this.document, _("Keep my changes"));
    location.assign(made.url);
  }

  /** Closing the page now would leave changes that are not kept anywhere. */
  get hasUnsaved(): boolean {
    const { save } = this.state;
    return save.kind === "error" && !save.isKept && (this.sync?.hasUnsent ?? false);
  }

  follow(run: string): void {
    this.watch?.stop();
    this.watch = new RunWatch(this.api, run, this.notices, (next) => this.onRun(next));
    if (!this.state.submitted) {
      void this.api.runDocument(run).then(({ document }) => this.set({ submitted: document }), () => undefined);
    }
  }

  // -- inside --------------------------------------------------------------------------------------------------

  /** The one door for every change of the drawing: `label` says what was done, equal `key`s soon after each other are one step. */
  change(next: GraphDocument, label: string, key = ""): void {
    if (!this.state.canEdit || next === this.document) return;
    const changes = difference(this.document, next);
    if (changes.length) this.sync?.changed(changes, label, key);
  }

  private display(history: History): void {
    const { nodes, edges, marks } = this.state;
    const isDrawn = (id: string): boolean => (history.present.notes?.[id] ?? history.present.groups?.[id]) !== undefined;
    const links = edges.length ? new Set(history.present.edges.map(edgeId)) : new Set<string>();
    this.set({
      history,
      nodes: nodes.every((id) => history.present.nodes[id]) ? nodes : nodes.filter((id) => history.present.nodes[id]),
      edges: edges.every((id) => links.has(id)) ? edges : edges.filter((id) => links.has(id)),
      marks: marks.every(isDrawn) ? marks : marks.filter(isDrawn),
    });
  }

  private keepTogether(draft: Draft): void {
    const examiner = new Examiner(this.api, draft.id, draft.revision, ({ problems, shapes }) => this.set({ problems, shapes }));
    const outbox = new Outbox(draft.id, draft.me, this.tab);
    this.sync = new Sync(this.api, draft.id, draft, outbox, this.notices, this.state.canEdit, {
      onShown: (history) => this.display(history),
      onState: (save) => this.set({ save }),
      onNews: (news) => {
        examiner.reached(news.revision);
        if (news.name !== this.state.name) this.set({ name: news.name });
        if (news.last_run && news.last_run.id !== this.watch?.run) this.follow(news.last_run.id);
      },
      onRefused: (label, reason) => this.tell(_("“%(label)s” was not taken: %(reason)s", { label, reason }), "error"),
      onGone: (reason) => this.openDialog({ kind: "gone", reason }),
    });
    watchData(this.notices, () => this.state.problems, () => {
      examiner.again();
      this.api.palette(draft.project.slug).then((palette) => this.set({ catalogue: catalogueOf(palette) }), () => undefined);
    });
    watchGit(this.api, draft.id, this.notices, (git) => this.set({ git }));
    const presence = new PresenceWatch(this.api, draft.id, this.tab, this.notices, (people) => this.set({ people }));
    this.subscribe(() => presence.look({ nodes: this.state.nodes.slice(0, 20), field: this.state.field }));
    watchFields((name) => this.set({ field: name && this.state.nodes.length === 1 ? `${this.state.nodes[0]}/${name}` : "" }));
  }

  private onRun(run: Run): void {
    const before = this.state.run;
    this.set({ run });
    if (before?.id === run.id && !hasEnded(before) && hasEnded(run)) {
      this.tell(
        run.state === "completed" ? _("Run %(number)s completed.", { number: run.number })
          : _("Run %(number)s: %(state)s. %(reason)s", { number: run.number, state: run.state, reason: run.reason }),
        run.state === "failed" ? "error" : "info",
      );
    }
  }

  private drawComponent(name: string): ReturnType<typeof draw> | null {
    const component = this.catalogue.components.get(name);
    return component ? draw(component) : null;
  }

  private edgeTo(document: GraphDocument, from: End, node: string): Edge | null {
    const end = bestEnd(this.catalogue, document, from, node);
    return end && edgeBetween(from, end);
  }

  /** Below the chosen step, else in the middle of what is seen, else (in the list) at the end. */
  private defaultPlace(): Position {
    const chosen = this.state.nodes.at(-1);
    const at = chosen === undefined ? undefined : this.document.layout[chosen];
    if (at) return { x: at.x, y: at.y + CARD_HEIGHT + 48 };
    const last = this.document.layout[readingOrder(this.document).at(-1) ?? ""];
    if (!this.viewport && last) return { x: last.x, y: last.y + CARD_HEIGHT + 48 };
    const centre = this.viewport?.centre() ?? { x: CARD_WIDTH / 2, y: CARD_HEIGHT / 2 };
    return { x: centre.x - CARD_WIDTH / 2, y: centre.y - CARD_HEIGHT / 2 };
  }

  private clear(at: Position): Position {
    const covered = Object.values(this.document.layout).some((other) => Math.abs(other.x - at.x) < 8 && Math.abs(other.y - at.y) < 8);
    return covered ? this.clear({ x: at.x + 24, y: at.y + 24 }) : at;
  }

  private targets(from: End): readonly End[] {
    const offers = Object.keys(this.document.nodes).flatMap((node) =>
      candidates(this.catalogue, this.document, from, node).filter((offer) => offer.verdict.possible));
    const [free, taken] = [offers.filter((offer) => !offer.verdict.replaces), offers.filter((offer) => offer.verdict.replaces)];
    return [...free, ...taken].map((offer) => offer.end);
  }

  private sayPointed(from: End, to: End | null): void {
    const source = `${this.nameOf(from.node)}, ${from.port}`;
    this.tell(to
      ? _("Link from %(source)s to %(target)s. Arrows choose, Enter connects, C takes the next port, Escape stops.", {
        source, target: `${this.nameOf(to.node)}, ${to.port}`,
      })
      : _("Nothing on the canvas can take a link from %(source)s. C takes the next port.", { source }));
  }

  nameOf(node: string): string {
    const drawn = this.document.nodes[node];
    return drawn ? titleOf(this.catalogue, drawn) : node;
  }
}

function stateOf(draft: Draft, palette: Palette, canEdit: boolean): State {
  return {
    id: draft.id, name: draft.name, url: draft.url, project: draft.project, canEdit, isRunView: false,
    catalogue: catalogueOf(palette), history: begin(draft.document), nodes: [], edges: [],
    insideOf: draft.inside_of ?? null, marks: [], look: rememberedLook(), find: null,
    problems: draft.problems, shapes: draft.shapes, save: { kind: "saved", at: draft.saved_at },
    connection: "connecting", people: [], git: null, field: "", run: null, submitted: null, view: firstView(), tab: "parameters",
    linking: null, pointed: null, linkedByKeyboard: false, drawer: null, dialog: null, menu: null, sheet: null,
    focus: null, announcement: "", toast: null,
  };
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
