import { autoscalerConfig } from '@attrai/autoscaler/config';
import { botConfig } from '@attrai/bot/config';
import { configTable } from '@attrai/config/describe-config';
import { estimatorConfig } from '@attrai/estimator/config';
import { sandboxConfig } from '@attrai/sandbox/config';
import { togetherConfig } from '@attrai/together/config';

const START = '<!-- variables: written by `pnpm readme` -->';
const END = '<!-- end of variables -->';

/** Replaces the table of environment variables in the text of docs/settings.md by one from the services' schemas. */
export function withVariables(text: string): string {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`docs/settings.md has lost its marks ${START} and ${END}.`);
  const table = configTable({
    start: togetherConfig,
    bot: botConfig,
    estimator: estimatorConfig,
    autoscaler: autoscalerConfig,
    sandbox: sandboxConfig,
  });
  return `${text.slice(0, start)}${START}\n\n${table}\n\n${text.slice(end)}`;
}
