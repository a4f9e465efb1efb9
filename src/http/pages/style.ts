/** What every page shares: the palette in both schemes, type, cards and buttons. */
export const baseStyle = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6; --card: #fff; --ink: #14181f; --soft: #5b6472; --line: #e2e5ea; --accent: #1f4fd8; --on-accent: #fff;
  --good: #0b6b3a; --good-ground: #e4f6ec; --bad: #9b1c1c; --bad-ground: #fdeaea; --calm-ground: #eceff4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1217; --card: #1a1e25; --ink: #eceff4; --soft: #9aa4b2; --line: #2b313b; --accent: #7ea2ff; --on-accent: #0f1217;
    --good: #7ee2a8; --good-ground: #12301f; --bad: #ffb0b0; --bad-ground: #3a1a1a; --calm-ground: #262c36;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, p, dl, dd, ul, ol { margin: 0; padding: 0; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code, pre { font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.button {
  display: inline-block; border: 0; border-radius: 10px; padding: 12px 20px; cursor: pointer; text-align: center; text-decoration: none;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600;
}
.soft { color: var(--soft); }
.small { font-size: 14px; }
`;
