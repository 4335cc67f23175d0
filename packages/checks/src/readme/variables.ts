import { autoscalerConfig } from '@attrai/autoscaler/config';
import { botConfig } from '@attrai/bot/config';
import { configTable } from '@attrai/config/describe-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { sandboxConfig } from '@attrai/sandbox/config';
import { togetherConfig } from '@attrai/together/config';

const START = '<!-- variables: written by `pnpm readme` -->';
const END = '<!-- end of variables -->';

/** The README with its table of environment variables as the services' schemas have it now. */
export function withVariables(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`The README has lost its marks ${START} and ${END}.`);
  const table = configTable({
    start: togetherConfig,
    bot: botConfig,
    estimator: estimatorConfig,
    autoscaler: autoscalerConfig,
    sandbox: sandboxConfig,
  });
  return `${readme.slice(0, start)}${START}\n\n${table}\n\n${readme.slice(end)}`;
}
