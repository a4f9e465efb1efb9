import { clockTime } from '../clock.ts';

/** A time by the merchant's clock; the exact time in UTC is its title. */
export const Time = ({ at, zone, now }: { at: number; zone: string; now: number }) => {
  const exact = new Date(at).toISOString();
  return (
    <time datetime={exact} title={`${exact.slice(0, 19).replace('T', ' ')} UTC`}>
      {clockTime(at, zone, now)}
    </time>
  );
};
