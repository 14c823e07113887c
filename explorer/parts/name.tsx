// Name is the name of a family, which breaks behind its underscores where it must break.
import { Fragment, type VNode } from 'preact';

export const Name = ({ of }: { of: string }): VNode => (
  <>
    {of.split(/(?<=_)/).map((part, index) => (
      <Fragment key={index}>
        {index === 0 ? null : <wbr />}
        {part}
      </Fragment>
    ))}
  </>
);
