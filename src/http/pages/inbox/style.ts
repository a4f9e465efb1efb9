/** The inbox's own sheet: a list and a message beside each other, or one at a time where there is no room. */
export const inboxStyle = `
:root { --chosen: #e3ebff; --hover: #eef1f6; --warn: #7a4a00; --warn-ground: #fff1d6; }
@media (prefers-color-scheme: dark) {
  :root { --chosen: #24335c; --hover: #1f242d; --warn: #ffd28a; --warn-ground: #3a2a0c; }
}
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0; padding: 0; }
.icon { width: 18px; height: 18px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; vertical-align: -4px; }
.app { height: 100vh; height: 100dvh; display: grid; grid-template: auto minmax(0, 1fr) / minmax(300px, 380px) minmax(0, 1fr); font-size: 15px; }
a:focus-visible, button:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
[tabindex="-1"]:focus-visible { outline: 0; }

.bar { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 10px 16px; background: var(--card); border-bottom: 1px solid var(--line); }
.bar h1 { font-size: 19px; line-height: 1.2; font-weight: 700; }
.bar h1 a { color: inherit; text-decoration: none; }
.bar h1 .icon { display: none; }
search { flex: 1 1 170px; max-width: 520px; }
#search { display: flex; align-items: center; position: relative; color: var(--soft); }
#search .icon { position: absolute; left: 11px; pointer-events: none; }
#search input { width: 100%; min-width: 0; padding: 8px 12px 8px 36px; border: 1px solid transparent; border-radius: 10px; background: var(--calm-ground); color: var(--ink); font: inherit; }
#search input::placeholder { color: var(--soft); opacity: 1; }
#search input:focus { outline: 2px solid var(--accent); outline-offset: -1px; background: var(--card); }
.filters { display: flex; gap: 2px; padding: 3px; border-radius: 10px; background: var(--calm-ground); }
.filters a { padding: 4px 12px; border-radius: 8px; color: var(--ink); text-decoration: none; }
.filters a[aria-current] { background: var(--card); box-shadow: 0 1px 2px rgb(0 0 0 / .18); font-weight: 600; }
.count { color: var(--soft); font-variant-numeric: tabular-nums; font-weight: 400; }
.ends { display: flex; align-items: center; gap: 14px; margin-left: auto; }
.away { font-size: 14px; }
#live { color: var(--good); font-size: 13px; display: inline-flex; align-items: center; gap: 6px; }
#live[hidden] { display: none; }
#live::before { content: ''; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
details { position: relative; }
summary { cursor: pointer; list-style: none; padding: 6px 10px; border-radius: 8px; color: var(--soft); white-space: nowrap; }
summary::-webkit-details-marker { display: none; }
summary:hover, details[open] summary { background: var(--hover); color: var(--ink); }
details form { position: absolute; right: 0; top: calc(100% + 6px); z-index: 2; width: min(300px, calc(100vw - 32px)); padding: 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); box-shadow: 0 10px 30px rgb(0 0 0 / .2); }
details form p { margin-bottom: 12px; }
.only { flex-basis: 100%; display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: 14px; color: var(--soft); }
.only:not(:has(p)) { display: none; }
.only strong { color: var(--ink); }

button { padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); font: inherit; font-size: 14px; cursor: pointer; white-space: nowrap; }
button:hover { background: var(--hover); }
button.quiet { border-color: transparent; background: none; color: var(--soft); }
button.quiet:hover { background: var(--hover); color: var(--ink); }
button.danger { border-color: transparent; background: var(--bad-ground); color: var(--bad); font-weight: 600; }

.list { overflow-y: auto; background: var(--card); border-right: 1px solid var(--line); }
.list ul { list-style: none; }
.line { position: relative; display: grid; grid-template: auto auto auto / 36px minmax(0, 1fr) auto; column-gap: 12px; padding: 11px 16px 11px 18px; border-bottom: 1px solid var(--line); color: var(--ink); text-decoration: none; line-height: 1.4; }
.line:hover { background: var(--hover); }
.line[aria-current] { background: var(--chosen); box-shadow: inset 3px 0 var(--accent); }
.line .avatar { grid-row: 1 / -1; margin-top: 2px; }
.line .who, .line .subject, .line .snippet { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line .when { color: var(--soft); font-size: 13px; line-height: 21px; }
.line .subject { grid-column: 2 / -1; font-size: 14px; }
.line .snippet { grid-column: 2 / -1; font-size: 13px; color: var(--soft); }
.line[aria-current] .snippet, .line[aria-current] .when { color: color-mix(in srgb, var(--ink) 75%, var(--soft)); }
.unread .who, .unread .subject { font-weight: 650; }
.unread::before { content: ''; position: absolute; left: 6px; top: 50%; width: 7px; height: 7px; margin-top: -4px; border-radius: 50%; background: var(--accent); }
.unread .when { color: var(--accent); font-weight: 600; }
.avatar { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 50%; background: var(--calm-ground); color: var(--accent); }
.avatar.sms { background: var(--good-ground); color: var(--good); }
.more { padding: 14px; text-align: center; }
.nothing { display: grid; justify-items: center; gap: 10px; padding: 64px 24px; color: var(--soft); text-align: center; }
.nothing .icon { width: 40px; height: 40px; stroke-width: 1.3; }

.message { display: grid; grid-template-rows: auto auto auto auto minmax(0, 1fr); min-width: 0; overflow-y: auto; background: var(--card); }
.tools { display: flex; align-items: center; gap: 8px 16px; padding: 8px 20px; border-bottom: 1px solid var(--line); }
.tools > :last-child { margin-left: auto; }
.next, .choices { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.next > span:first-child { color: var(--soft); font-size: 14px; margin-right: 4px; }
.message { container: message / inline-size; }
.message header { display: grid; grid-template-columns: 36px minmax(0, 1fr) auto; gap: 4px 12px; align-items: center; padding: 18px 20px 14px; }
.message h2 { grid-column: 1 / -1; font-size: 21px; line-height: 1.3; font-weight: 650; margin-bottom: 6px; }
.people { line-height: 1.45; }
.people a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
.fate { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin-top: 6px; font-size: 14px; color: var(--soft); }
.badge { padding: 2px 10px; border-radius: 99px; background: var(--calm-ground); color: var(--ink); font-weight: 600; font-size: 13px; }
.badge::first-letter { text-transform: uppercase; }
.badge { display: inline-block; }
.badge.good { background: var(--good-ground); color: var(--good); }
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.badge.warn { background: var(--warn-ground); color: var(--warn); }
.notice { margin: 0 20px 12px; padding: 9px 14px; border-radius: 10px; background: var(--chosen); }
.tabs { display: flex; gap: 4px; padding: 0 20px; border-bottom: 1px solid var(--line); overflow-x: auto; }
.tabs a { padding: 8px 10px; color: var(--soft); text-decoration: none; white-space: nowrap; border-bottom: 2px solid transparent; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.tabs .out { margin-left: auto; padding-right: 0; }
.view { display: grid; grid-template-columns: minmax(0, 1fr); min-height: 0; }
.message.preview:has(iframe) .view { min-height: 380px; }
iframe { display: block; width: 100%; height: 100%; border: 0; background: #fff; }
.scrolled { overflow: auto; padding: 18px 20px; }
.scrolled pre, .view > pre { margin: 0; white-space: pre-wrap; }
.view > pre { padding: 18px 20px; }
table { border-collapse: collapse; font-size: 14px; }
th, td { padding: 7px 20px 7px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; line-height: 1.6; }
.phone { justify-self: center; width: min(420px, 100%); padding: 28px 20px 40px; overflow-y: auto; }
.phone .from { text-align: center; color: var(--soft); font-size: 14px; margin-bottom: 14px; }
.bubble { width: fit-content; max-width: 92%; margin-bottom: 8px; padding: 11px 16px; white-space: pre-line; font-size: 16px; border-radius: 20px 20px 20px 5px; background: var(--calm-ground); }
.segments { margin: 12px 0 0; padding-left: 22px; color: var(--soft); }
.segments li { padding: 4px 0; }
.welcome { overflow-y: auto; padding: 20px 0; }
.welcome .notice { margin-bottom: 0; }
.first { max-width: 760px; margin: 0 auto; padding: 28px 20px; }
.first h2 { font-size: 21px; margin-bottom: 8px; }
.first pre { margin: 16px 0 0; padding: 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); overflow-x: auto; }

@container message (max-width: 620px) {
  .message header { grid-template-columns: 36px minmax(0, 1fr); }
  .message header > time { grid-column: 2; }
  .tabs { position: relative; }
  .tabs .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
}
@media (max-width: 760px) {
  .app { grid-template-columns: minmax(0, 1fr); }
  .bar { padding: 8px 14px; gap: 8px 12px; }
  search { order: 3; flex-basis: 100%; max-width: none; }
  .filters { order: 4; }
  .ends { gap: 6px; }
  .only { order: 5; }
  .list { border-right: 0; }
  .app:not(.reading) .list ~ section:not(:has(.notice, .first)) { display: none; }
  .app:not(.reading):has(.notice, .first) { grid-template-rows: auto auto minmax(0, 1fr); }
  .app:not(.reading):has(.notice) .welcome { grid-row: 2; padding: 12px 0 0; overflow: visible; }
  .app:not(.reading):has(.notice) .welcome .nothing { display: none; }
  .app:has(.first) .list { display: none; }
  .app:has(.first) .welcome { grid-row: 2 / -1; }
  .reading { height: auto; min-height: 100dvh; }
  .reading .list, .reading .bar > :not(h1) { display: none; }
  .reading .bar { position: sticky; top: 0; z-index: 1; }
  .reading .bar h1 { font-size: 16px; }
  .reading .bar h1 a { display: flex; align-items: center; gap: 2px; margin-left: -5px; color: var(--accent); padding: 4px 8px 4px 0; }
  .reading .bar h1 .icon { display: inline; }
  .message { overflow: visible; }
  .tools { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; padding: 4px 14px 10px; }
  .next { display: contents; }
  .tools .choices { grid-area: 2 / 1 / auto / -1; }
  .tools > :last-child { grid-area: 1 / 2; }
  .tools .quiet { padding-right: 0; }
  .tabs { gap: 0; }
  .tabs a { padding: 8px 9px; font-size: 14px; }
  .tools > :last-child { margin-left: auto; }
  .message header { padding: 14px 14px 12px; grid-template-columns: 36px minmax(0, 1fr); }
  .message h2 { font-size: 19px; }
  .notice { margin-inline: 14px; }
  .tabs { padding: 0 6px; }
  .message.preview:has(iframe) .view { min-height: max(480px, calc(100dvh - 48px)); }
  .scrolled { padding: 14px; }
  table, tbody, tr, th, td { display: block; }
  th { border: 0; padding-bottom: 0; }
}
`;
