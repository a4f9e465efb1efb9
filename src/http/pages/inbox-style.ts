/** The inbox page's own sheet. */
export const inboxStyle = `
main { max-width: 760px; margin: 0 auto; padding: 0 16px 64px; }
nav {
  display: flex; flex-wrap: wrap; gap: 12px 20px; align-items: center; justify-content: space-between;
  position: sticky; top: 0; z-index: 1; background: var(--ground); padding: 18px 0 14px;
}
nav h1 { font-size: 24px; line-height: 1; }
nav h1 a { color: inherit; text-decoration: none; }
nav form { display: flex; gap: 8px; flex: 1 1 260px; max-width: 440px; }
nav input {
  flex: 1; min-width: 0; padding: 9px 14px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--card); color: inherit; font: inherit;
}
nav .button { padding: 9px 16px; }
.filter { padding-bottom: 12px; }
.message { padding: 16px 20px; margin-bottom: 16px; }
.message header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
.message .to { color: inherit; text-decoration: none; font-weight: 550; }
.message .to:hover { text-decoration: underline; }
.message .when { margin-left: auto; }
.message h2 { font-size: 18px; line-height: 1.35; margin-top: 8px; }
.badge { font-size: 12px; font-weight: 650; border-radius: 99px; padding: 2px 10px; background: var(--calm-ground); }
.badge.sms { background: var(--good-ground); color: var(--good); }
iframe {
  display: block; width: calc(100% + 40px); margin: 14px -20px 0; height: 720px; border: 0; resize: vertical;
  border-block: 1px solid var(--line); background: var(--card);
}
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--soft); }
pre { margin: 10px 0 0; white-space: pre-wrap; }
.bubble {
  width: fit-content; max-width: min(100%, 420px); margin-top: 12px; padding: 11px 16px; white-space: pre-line;
  border-radius: 20px 20px 20px 5px; background: var(--calm-ground);
}
.message footer { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 12px; align-items: baseline; }
.message footer code { font-size: 12px; }
.empty { padding: 28px; }
.empty h2 { font-size: 20px; margin-bottom: 8px; }
.empty pre { margin-top: 16px; padding: 16px; border-radius: 12px; background: var(--calm-ground); }
@media (max-width: 480px) {
  main { padding: 0 10px 40px; }
  .message { padding: 14px; }
  iframe { width: calc(100% + 28px); margin-inline: -14px; }
  .empty { padding: 20px; }
}
`;
