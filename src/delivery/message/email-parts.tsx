import { font } from './email-style.ts';
import type { Summary } from './summary.ts';

const cell = `${font}font-size:15px;line-height:22px;color:#111827;`;
const soft = `${font}font-size:13px;line-height:19px;color:#5b6472;`;

/** The merchant's logo if it has one that can be loaded safely, else its name. */
export const Masthead = ({ summary }: { summary: Summary }) => (
  <td class="pad" style="padding:28px 40px 0 40px">
    {summary.logoUrl === null ? (
      <span class="ink" style={`${font}font-size:18px;line-height:26px;font-weight:700;color:#111827`}>
        {summary.merchant}
      </span>
    ) : (
      <img
        src={summary.logoUrl}
        alt={summary.merchant}
        height="40"
        style={`${font}display:block;height:40px;width:auto;max-width:220px;border:0;font-size:18px;font-weight:700;color:#111827`}
      />
    )}
  </td>
);

/** Line items and sums as rows of one table; nothing when there is nothing to add up. */
export const Breakdown = ({ summary }: { summary: Summary }) => (
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0} style="border-collapse:collapse">
    {summary.items.map((item) => (
      <tr key={item.name}>
        <td
          class="ink rule"
          style={`${cell}padding:12px 12px 12px 0;border-top:1px solid #e5e7eb;word-break:break-word`}
        >
          {item.name}
          {item.detail === '' ? null : (
            <div class="soft" style={soft}>
              {item.detail}
            </div>
          )}
        </td>
        <td
          class="ink rule"
          align="right"
          style={`${cell}padding:12px 0;border-top:1px solid #e5e7eb;vertical-align:top;white-space:nowrap`}
        >
          {item.amount}
        </td>
      </tr>
    ))}
    {summary.sums.map((sum, index) => {
      const edge = index === 0 ? 'padding-top:12px;border-top:1px solid #e5e7eb;' : 'padding-top:4px;';
      return (
        <tr key={sum.label}>
          <td class="soft rule" style={`${cell}color:#5b6472;${edge}`}>
            {sum.label}
          </td>
          <td class="soft rule" align="right" style={`${cell}color:#5b6472;${edge}white-space:nowrap`}>
            {sum.amount}
          </td>
        </tr>
      );
    })}
    <tr>
      <td class="ink rule" style={`${cell}font-weight:700;padding:12px 12px 0 0;${totalEdge(summary)}`}>
        Total
      </td>
      <td
        class="ink rule"
        align="right"
        style={`${cell}font-weight:700;padding:12px 0 0 0;white-space:nowrap;${totalEdge(summary)}`}
      >
        {summary.total}
      </td>
    </tr>
  </table>
);

const totalEdge = ({ sums }: Summary) => (sums.length > 0 ? '' : 'border-top:1px solid #e5e7eb;');

/** The merchant's own words to the customer, line by line: not every client knows `white-space`. */
export const Memo = ({ memo }: { memo: string[] }) => (
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0}>
    <tr>
      <td
        class="note ink"
        style={`${cell}background-color:#f4f5f7;border-radius:8px;padding:14px 16px;word-break:break-word`}
      >
        {memo.map((line, index) => (
          <>
            {index === 0 ? null : <br />}
            {line}
          </>
        ))}
      </td>
    </tr>
  </table>
);

/** A padded link in a coloured cell: the one button that every client draws. */
export const Button = ({
  href,
  label,
  fill,
  ink,
  edge,
}: {
  href: string;
  label: string;
  fill: string;
  ink: string;
  edge: string;
}) => (
  <table
    class="button"
    role="presentation"
    cellpadding="0"
    cellspacing="0"
    border={0}
    align="center"
    style="margin:0 auto"
  >
    <tr>
      <td align="center" bgcolor={fill} style={`background-color:${fill};border-radius:8px;border:1px solid ${edge}`}>
        <a
          href={href}
          style={`${font}display:inline-block;padding:15px 44px;font-size:17px;line-height:22px;font-weight:700;color:${ink};text-decoration:none;border-radius:8px`}
        >
          {label}
        </a>
      </td>
    </tr>
  </table>
);
