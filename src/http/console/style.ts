import { pagesStyle } from './style-pages.ts';

const palette = `
:root {
  color-scheme: light dark;
  --ground: #f7f8fa; --panel: #fff; --raised: #f2f4f7; --ink: #191d26; --soft: #586172; --line: #e3e6eb; --edge: #8b94a3;
  --accent: #2f4bc7; --accent-soft: #eaeefc; --on-accent: #fff; --shadow: 0 1px 2px rgb(16 24 40 / .05);
  --good: #0b6a3c; --good-soft: #e3f5ea; --warn: #7f4b00; --warn-soft: #fdf0d9; --bad: #a11a1f; --bad-soft: #fdeaea; --calm: #475063; --calm-soft: #edf0f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1015; --panel: #16191f; --raised: #1d2129; --ink: #e9ecf1; --soft: #a0a9b8; --line: #2a2f39; --edge: #6b7483;
    --accent: #8ea6ff; --accent-soft: #1e2745; --on-accent: #0e1015; --shadow: none;
    --good: #79dba2; --good-soft: #12301f; --warn: #f2c06b; --warn-soft: #37280d; --bad: #ff9f9f; --bad-soft: #3b1a1c; --calm: #b4bdcb; --calm-soft: #252a33;
  }
}`;

const base = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 16px; }
@view-transition { navigation: auto; }
@media (prefers-reduced-motion: reduce) { @view-transition { navigation: none; } * { transition: none !important; } }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; font-feature-settings: "cv11", "ss03";
  font: 14px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1, h2, h3, p, dl, dd, dt, ul, ol, figure, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
h1 { font-size: 22px; line-height: 1.3; font-weight: 650; letter-spacing: -.012em; }
h2 { font-size: 15px; line-height: 1.4; font-weight: 620; }
h3 { font-size: 13px; font-weight: 620; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
code, pre, .mono { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
[hidden] { display: none !important; }
.soft { color: var(--soft); }
.small { font-size: 12.5px; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.icon { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.out { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 12px; top: -60px; z-index: 9; background: var(--panel); padding: 8px 14px; border-radius: 8px; }
.skip:focus { top: 10px; }
`;

const shell = `
.shell { display: grid; grid-template-columns: 224px minmax(0, 1fr); min-height: 100vh; }
.side { border-right: 1px solid var(--line); padding: 18px 12px; position: sticky; top: 0; height: 100vh; display: flex; flex-direction: column; gap: 18px; overflow: auto; }
.brand { display: flex; align-items: center; gap: 10px; padding: 2px 8px; font-weight: 650; text-decoration: none; color: var(--ink); min-width: 0; }
.brand svg { flex: none; border-radius: 7px; background: var(--accent); color: var(--on-accent); padding: 4px; width: 26px; height: 26px; }
.brand span { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-height: 1.3; }
.side nav ul { list-style: none; display: grid; gap: 2px; }
.side nav a { display: flex; align-items: center; gap: 10px; padding: 6px 8px; border-radius: 7px; color: var(--soft); text-decoration: none; font-weight: 500; white-space: nowrap; }
.side nav a:hover { background: var(--raised); color: var(--ink); }
.side nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
.who { margin-top: auto; border-top: 1px solid var(--line); padding: 14px 8px 0; display: grid; gap: 6px; font-size: 12.5px; color: var(--soft); }
.main { padding: 28px 36px 64px; max-width: 1240px; width: 100%; container: main / inline-size; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 14px; margin-bottom: 20px; }
.head .grow { flex: 1 1 240px; min-width: 0; }
.head p { color: var(--soft); margin-top: 2px; }
.crumbs { font-size: 12.5px; margin-bottom: 6px; }
.crumbs a { text-decoration: none; color: var(--soft); }
.crumbs a:hover { text-decoration: underline; }
@media (max-width: 860px) {
  .shell { display: block; }
  .side { position: static; height: auto; display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; border: 0; border-bottom: 1px solid var(--line); padding: 10px 16px 0; gap: 8px 12px; background: var(--panel); overflow: visible; }
  .brand { padding: 0; }
  .side nav { grid-column: 1 / -1; grid-row: 2; margin: 0 -8px; }
  .side nav ul { display: flex; flex-wrap: wrap; }
  .side nav a { border-radius: 0; padding: 7px 8px 9px; border-bottom: 2px solid transparent; gap: 6px; }
  .side nav a:hover { background: none; }
  .side nav a[aria-current] { background: none; border-color: currentColor; }
  .side nav .icon { display: none; }
  .who { display: contents; }
  .who p { grid-column: 1 / -1; grid-row: 3; margin: 0 -16px; padding: 5px 16px; border-top: 1px solid var(--line); background: var(--raised); }
  .main { padding: 20px 16px 48px; }
}
`;

const parts = `
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.panel + .panel { margin-top: 16px; }
.panel > .title { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 13px 18px; border-bottom: 1px solid var(--line); }
.panel > .title > :first-child { margin-right: auto; }
.panel > .body { padding: 16px 18px; }
.button {
  display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 34px; padding: 5px 13px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 560; text-decoration: none; white-space: nowrap;
}
.button:hover { filter: brightness(1.07); }
.button.quiet { background: var(--panel); color: var(--ink); border-color: var(--line); box-shadow: var(--shadow); }
.button.quiet:hover { background: var(--raised); filter: none; }
.button.bad { background: var(--panel); color: var(--bad); border-color: currentColor; }
.button.small { min-height: 28px; padding: 2px 10px; font-size: 12.5px; }
.link { border: 0; background: none; padding: 0; font: inherit; color: var(--accent); cursor: pointer; text-decoration: underline; text-underline-offset: 2px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.badge { display: inline-flex; align-items: center; gap: 6px; border-radius: 999px; padding: 1px 9px 1px 8px; font-size: 12px; font-weight: 560; white-space: nowrap; color: var(--calm); background: var(--calm-soft); }
.badge::before { content: ""; width: 6px; height: 6px; border-radius: 50%; background: currentColor; }
.badge.good { color: var(--good); background: var(--good-soft); }
.badge.warn { color: var(--warn); background: var(--warn-soft); }
.badge.bad { color: var(--bad); background: var(--bad-soft); }
.badge.info { color: var(--accent); background: var(--accent-soft); }
.flash { display: flex; gap: 10px; border-radius: 10px; padding: 11px 14px; margin-bottom: 18px; color: var(--good); background: var(--good-soft); border: 1px solid transparent; }
.flash.bad { color: var(--bad); background: var(--bad-soft); }
.flash.warn { color: var(--warn); background: var(--warn-soft); }
.flash h2 { font-size: 14px; }
.flash ul { padding-left: 18px; margin-top: 4px; }
.empty { padding: 52px 20px; text-align: center; color: var(--soft); }
.empty h2 { color: var(--ink); margin-bottom: 4px; }
.empty p { max-width: 46ch; margin: 0 auto; }
.empty .button { margin-top: 16px; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; }
th { text-align: left; font-weight: 560; font-size: 12.5px; color: var(--soft); padding: 9px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 10px; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tr:last-child td { border-bottom: 0; }
th:first-child, td:first-child { padding-left: 18px; }
th:last-child, td:last-child { padding-right: 18px; }
th.number, td.number { text-align: right; }
tbody tr:hover td { background: var(--raised); }
td a.main-link { color: inherit; text-decoration: none; font-weight: 560; }
tr { position: relative; }
td a.main-link::after { content: ""; position: absolute; inset: 0; }
td a.main-link:hover { text-decoration: underline; }
td a.main-link:focus-visible { outline: none; }
td a.main-link:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; }
.paging { display: flex; justify-content: space-between; gap: 12px; padding: 11px 18px; border-top: 1px solid var(--line); color: var(--soft); align-items: center; }
@container main (max-width: 860px) { table { font-size: 12.5px; } th, td { padding-left: 6px; padding-right: 6px; } table.stack td:first-child { min-width: 160px; } td .badge { font-size: 11.5px; padding: 1px 7px; gap: 5px; } }
@container main (max-width: 700px) {
  table { font-size: 13.5px; }
  table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.stack, table.stack tbody { display: block; }
  tbody tr:hover td { background: none; }
  table.stack tr:hover { background: var(--raised); }
  table.stack tr { display: grid; grid-template-columns: minmax(0, 1fr) fit-content(62%); gap: 2px 12px; padding: 12px 16px; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack td, table.stack td:first-child, table.stack td:last-child { display: block; padding: 0; border: 0; min-width: 0; }
  table.stack td:nth-child(2n) { text-align: right; }
  table.stack td .badge { white-space: normal; text-align: left; }
  table.stack td.whole { grid-column: 1 / -1; text-align: left; }
  table.stack td:empty { display: none; }
  table.stack td[data-name]::before { content: attr(data-name) " "; color: var(--soft); font-size: 12.5px; }
}
`;

const forms = `
label, legend { font-weight: 560; font-size: 13px; }
legend { padding: 0; margin-bottom: 8px; }
.field { display: grid; gap: 5px; align-content: start; min-width: 0; }
.field .hint { color: var(--soft); font-size: 12.5px; }
.wrong { color: var(--bad); font-size: 12.5px; font-weight: 560; }
input:not([type=checkbox], [type=radio]), select, textarea {
  width: 100%; min-height: 36px; padding: 6px 10px; border: 1px solid var(--edge); border-radius: 8px; background: var(--panel); color: var(--ink); font: inherit;
}
textarea { min-height: 76px; resize: vertical; }
input::placeholder, textarea::placeholder { color: var(--soft); opacity: 1; }
[aria-invalid=true] { border-color: var(--bad) !important; }
input[type=checkbox], input[type=radio] { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; flex: none; }
.check { display: flex; gap: 9px; align-items: flex-start; font-weight: 400; }
.check input { margin-top: 2px; }
.form { display: grid; gap: 16px; }
fieldset.form { gap: 10px; }
.pair { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr)); }
.columns .pair { grid-template-columns: repeat(auto-fit, minmax(min(100%, 170px), 1fr)); }
.sign-in { min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; }
.sign-in main { width: 100%; max-width: 400px; }
.sign-in .panel { padding: 28px; margin-top: 18px; }
.sign-in .brand { display: flex; padding: 0; font-size: 16px; }
.sign-in .access { margin-bottom: 24px; }
.sign-in .foot { margin-top: 16px; color: var(--soft); font-size: 12.5px; }
`;

/** The console's style sheet: one palette in both schemes, 14 px type, and the parts that pages are made of. */
export const consoleStyle = palette + base + shell + parts + forms + pagesStyle;
