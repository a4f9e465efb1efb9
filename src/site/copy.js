// A button on each block of code that copies it. Without scripts, or where the browser lets no page copy, there is none.
for (const block of navigator.clipboard ? document.querySelectorAll(':is(.text, .landing) pre') : []) {
  const frame = document.createElement('div');
  frame.className = 'copies';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.textContent.trimEnd()).then(
      () => {
        button.textContent = 'Copied';
      },
      () => {},
    );
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
  block.replaceWith(frame);
  frame.append(block, button);
}
