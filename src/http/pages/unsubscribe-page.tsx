/** Asks before anything changes: mail scanners open every link. */
export const AskToUnsubscribe = () => (
  <main>
    <article class="card bill">
      <h1>Stop payment emails from this merchant?</h1>
      <p class="soft">
        You will get no more payment requests from it at this address. What you owe is not changed by this.
      </p>
      <form method="post" class="pay">
        <button type="submit" class="button">
          Unsubscribe
        </button>
      </form>
    </article>
  </main>
);

export const Unsubscribed = () => (
  <main>
    <article class="card bill">
      <h1>You are unsubscribed.</h1>
      <p class="soft">This merchant can no longer email payment requests to this address through us.</p>
    </article>
  </main>
);

export const UnknownUnsubscribe = () => (
  <main>
    <article class="card bill">
      <h1>This unsubscribe link is not known.</h1>
      <p class="soft">Open it again as it stands in the email; mail programs sometimes break long links.</p>
    </article>
  </main>
);
