/** What only some pages have: the search, the page of a Paylink, its form. */
export const pagesStyle = `
.search { display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: end; margin-bottom: 16px; }
.search .field { flex: 0 1 148px; }
.search .button { min-height: 36px; }
.search .find { position: relative; flex: 1 0 100%; }
.search.short { align-items: start; }
.search.short .find { flex: 1 1 240px; }
.search.short .button { min-height: 40px; }
.search .find .icon { position: absolute; left: 11px; top: 10px; color: var(--soft); pointer-events: none; }
.search .find input { padding-left: 36px; min-height: 40px; border-radius: 10px; }
.search .slash { position: absolute; right: 10px; top: 9px; border: 1px solid var(--line); border-radius: 5px; padding: 0 7px; font: 12px/20px ui-monospace, monospace; color: var(--soft); background: var(--raised); }
.search input:focus ~ .slash { display: none; }
@media (max-width: 700px) { .search .field { flex: 1 1 calc(50% - 6px); } .search .slash { display: none; } }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 16px; align-items: start; margin-top: 16px; }
@media (max-width: 1020px) { .columns { grid-template-columns: minmax(0, 1fr); } }
.answer { padding: 18px; display: grid; gap: 20px; }
.says { font-size: 17px; line-height: 1.45; margin-top: 3px; }
.advice { margin-top: 4px; color: var(--soft); }
.says strong { font-weight: 650; }
.says.good strong { color: var(--good); } .says.warn strong { color: var(--warn); } .says.bad strong { color: var(--bad); } .says.info strong { color: var(--accent); }
.steps { list-style: none; display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)) auto; }
.steps li { position: relative; padding-top: 22px; display: grid; gap: 0; }
.steps li::before { content: ""; position: absolute; top: 6px; left: 0; right: 0; height: 2px; background: var(--line); }
.steps li::after { content: ""; position: absolute; top: 0; left: 0; width: 14px; height: 14px; border-radius: 50%; border: 2px solid var(--edge); background: var(--panel); }
.steps li:last-child::before { right: auto; width: 14px; }
.steps li.done::after { background: var(--good); border-color: var(--good); }
.steps li.done:has(+ .done)::before { background: var(--good); }
.steps li.failed::after { background: var(--bad); border-color: var(--bad); }
.step { font-weight: 560; }
.steps .failed .step { color: var(--bad); }
@media (max-width: 560px) {
  .steps { grid-template-columns: 1fr; gap: 10px; }
  .steps li { padding: 0 0 0 26px; grid-template-columns: 1fr auto; }
  .steps li::after { top: 3px; }
  .steps li::before { top: 10px; bottom: -16px; left: 6px; right: auto; width: 2px; height: auto; }
  .steps li:last-child::before { display: none; }
}
.timeline { list-style: none; display: grid; }
.timeline li { position: relative; padding: 0 0 16px 22px; }
.timeline li:last-child { padding-bottom: 0; }
.timeline li::before { content: ""; position: absolute; left: 4px; top: 12px; bottom: -6px; width: 2px; background: var(--line); }
.timeline li:last-child::before { display: none; }
.timeline li::after { content: ""; position: absolute; left: 0; top: 6px; width: 10px; height: 10px; border-radius: 50%; background: var(--edge); }
.timeline li.good::after { background: var(--good); } .timeline li.bad::after { background: var(--bad); }
.timeline li.warn::after { background: var(--warn); } .timeline li.info::after { background: var(--accent); }
.happened { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; }
.settle { display: grid; gap: 8px; margin-top: 8px; padding: 10px 12px; border-radius: 8px; background: var(--warn-soft); color: var(--warn); }
.tabs { display: inline-flex; gap: 2px; background: var(--raised); border-radius: 8px; padding: 2px; }
.tabs a { padding: 2px 12px; border-radius: 6px; font-size: 12.5px; font-weight: 560; color: var(--soft); text-decoration: none; }
.tabs a[aria-current] { background: var(--panel); color: var(--ink); box-shadow: var(--shadow); }
.mail figcaption { display: grid; padding: 12px 18px; border-bottom: 1px solid var(--line); }
.mail iframe { display: block; width: 100%; height: 620px; border: 0; background: #fff; border-radius: 0 0 12px 12px; }
.phone { padding: 18px; background: var(--raised); border-radius: 0 0 12px 12px; }
.bubble { background: var(--panel); border: 1px solid var(--line); border-radius: 4px 18px 18px 18px; padding: 10px 14px; margin-top: 8px; max-width: 340px; white-space: pre-wrap; }
.as-link { color: var(--accent); text-decoration: underline; text-underline-offset: 2px; }
.facts { display: grid; }
.facts > div { display: grid; grid-template-columns: minmax(110px, 34%) minmax(0, 1fr); gap: 4px 14px; padding: 7px 0; border-bottom: 1px solid var(--line); }
.facts > div:last-child { border: 0; padding-bottom: 0; }
.facts > div:first-child { padding-top: 0; }
.facts dt { color: var(--soft); }
.facts dd { display: grid; gap: 6px; justify-items: start; white-space: pre-line; }
.facts pre { margin: 0; white-space: pre-wrap; }
.note { padding: 10px 12px; border-radius: 8px; background: var(--warn-soft); color: var(--warn); }
.note a { color: inherit; }
.inline { display: inline; }
.secret { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; padding: 12px 14px; border: 1px dashed var(--edge); border-radius: 8px; background: var(--raised); }
.secret code { font-size: 14px; }
.choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); gap: 8px 16px; }
.plain { list-style: none; }
.files { display: grid; gap: 6px; }
.files li { justify-content: space-between; }
input[type=file] { width: auto !important; max-width: 100%; border: 0 !important; padding: 4px 0 !important; }
.menu > summary { margin-left: auto; }
.menu[open] { text-align: left; max-width: 250px; white-space: normal; margin-left: auto; }
@container main (max-width: 700px) { .menu > summary, .menu[open] { margin-left: 0; max-width: none; } }
.menu .form { gap: 12px; }
.menu form { display: grid; gap: 6px; justify-items: start; }
.bottom { align-items: end; }
.bottom .field { flex: 1 1 110px; }
.preview { display: block; width: 100%; height: 640px; border: 0; border-top: 1px solid var(--line); background: #fff; border-radius: 0 0 12px 12px; }
.settings { margin-top: 0; margin-bottom: 16px; }
.settings .foot { margin-top: 16px; }
@media (min-width: 1021px) { .sticky { position: sticky; top: 16px; } }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.figures .panel { margin: 0; }
.figure { padding: 14px 18px; }
.figure strong { display: block; font-size: 24px; line-height: 1.3; font-weight: 620; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
.figures + .columns { margin: 16px 0; }
.columns > .panel { margin: 0; height: 100%; }
.funnel { list-style: none; display: grid; gap: 12px; }
.funnel li { display: grid; grid-template-columns: 150px minmax(0, 1fr) auto 46px; gap: 4px 12px; align-items: center; }
@media (max-width: 560px) { .funnel li { grid-template-columns: minmax(0, 1fr) auto 46px; } .funnel .bar { grid-row: 2; grid-column: 1 / -1; } }
.funnel .number { text-align: right; }
.bar { width: 100%; height: 12px; border-radius: 4px; }
.bar .track { fill: var(--raised); }
.bar .fill { fill: var(--accent); }
.days .plot { position: relative; padding-top: 18px; }
.days .top { position: absolute; top: 0; left: 0; }
.days svg { display: block; width: 100%; height: 150px; }
.days .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; fill: none; }
.days .space { fill: transparent; }
.days g:hover .space { fill: var(--raised); }
.days rect.created { fill: var(--edge); opacity: .55; }
.days rect.paid { fill: var(--good); }
.axis { display: flex; justify-content: space-between; margin-top: 4px; }
.legend { display: flex; gap: 16px; margin: 10px 0; }
.key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; background: var(--edge); opacity: .7; }
.key.paid::before { background: var(--good); opacity: 1; }
.days tbody th { font-weight: 400; color: inherit; border-bottom: 1px solid var(--line); }
.gap { margin-top: 16px; }
details > summary { cursor: pointer; font-weight: 560; color: var(--accent); width: fit-content; }
details[open] > summary { margin-bottom: 12px; }
.narrow { max-width: 780px; display: block; }
.narrow .foot { margin-top: 20px; gap: 16px; }
.lines { display: grid; gap: 12px; }
.lines fieldset { display: grid; grid-template-columns: minmax(0, 4fr) minmax(70px, 1fr) minmax(90px, 1.4fr) minmax(80px, 1.2fr); gap: 8px 10px; align-items: start; }
.lines fieldset ~ fieldset label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 620px) {
  .lines fieldset { grid-template-columns: repeat(3, minmax(0, 1fr)); padding-bottom: 12px; border-bottom: 1px solid var(--line); }
  .lines fieldset > :first-of-type { grid-column: 1 / -1; }
  .lines fieldset ~ fieldset label { position: static; width: auto; height: auto; clip-path: none; }
}
`;
