/**
 * Tells the gateway that a person sees this page: once it is visible, which a page that was fetched ahead or opened in the background is
 * not. `/p/{code}` reports to `/o/{code}`.
 */
export const reportOpened = `(() => {
  const tell = () => {
    if (document.visibilityState !== 'visible') return;
    document.removeEventListener('visibilitychange', tell);
    fetch(location.pathname.replace('/p/', '/o/'), { method: 'POST', keepalive: true }).catch(() => {});
  };
  document.addEventListener('visibilitychange', tell);
  tell();
})();`;

/** Shows the button that prints, which does nothing without a script. */
export const offerPrint = `(() => {
  const button = document.getElementById('print');
  button.hidden = false;
  button.addEventListener('click', () => print());
})();`;
