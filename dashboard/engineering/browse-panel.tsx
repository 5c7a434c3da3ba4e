// The address space of an OPC UA server, level by level, through the device's own session; and a node's attributes and value.
import { type ReactNode, useEffect, useState } from 'react';
import type { EngineeringDevice } from '../../domain/api/engineering-api.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { browse, readNode } from './engineering-requests.ts';
import { useAsk } from './use-ask.ts';

interface Level {
  readonly nodeId: string | null;
  readonly name: string;
}

export function BrowsePanel({ device }: { readonly device: EngineeringDevice }): ReactNode {
  const { t } = useWords();
  const [way, setWay] = useState<readonly Level[]>([{ nodeId: null, name: t('engineering.browse.root') }]);
  const [chosen, setChosen] = useState<string | null>(null);
  const nodes = useAsk<EngineeringAnswer>();
  const node = useAsk<EngineeringAnswer>();
  const here = way.at(-1)?.nodeId ?? null;
  const { run } = nodes;
  useEffect(() => {
    void run(() => browse(device.id, here));
  }, [run, device.id, here]);
  const open = (level: Level): void => setWay([...way, level]);
  const choose = (nodeId: string): void => {
    setChosen(nodeId);
    void node.run(() => readNode(device.id, nodeId));
  };
  const shown = nodes.value?.kind === 'nodes' ? nodes.value : null;
  return (
    <div className="browse" data-testid="browse">
      <nav className="browse-way" aria-label={t('engineering.section.browse')}>
        {way.map((level, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place on the way
            key={`${index} ${level.nodeId}`}
            type="button"
            className="button button-small button-quiet"
            disabled={index === way.length - 1}
            onClick={() => setWay(way.slice(0, index + 1))}
          >
            {level.name}
          </button>
        ))}
      </nav>
      <ProblemNotice text={nodes.problem} />
      <div className="registers-columns">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
        <section className="registers-words" tabIndex={0} aria-label={t('engineering.section.browse')} aria-busy={nodes.isAsking}>
          {shown === null && nodes.problem === null && <p className="empty">{t('common.loading')}</p>}
          {shown?.nodes.length === 0 && <p className="empty">{t('engineering.browse.empty')}</p>}
          {shown !== null && shown.nodes.length > 0 && (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('engineering.browse.name')}</th>
                  <th scope="col">{t('engineering.browse.class')}</th>
                  <th scope="col">{t('engineering.browse.nodeId')}</th>
                </tr>
              </thead>
              <tbody>
                {shown.nodes.map(({ nodeId, displayName, nodeClass }, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a node may hang twice under one parent
                  <tr key={`${nodeId} ${index}`} data-chosen={nodeId === chosen || undefined} data-testid={`node-${displayName}`}>
                    <th scope="row">
                      <button type="button" className="device-choice" aria-pressed={nodeId === chosen} onClick={() => choose(nodeId)}>
                        {displayName}
                      </button>
                      {nodeClass !== 'Method' && (
                        <button
                          type="button"
                          className="button button-small button-quiet"
                          onClick={() => open({ nodeId, name: displayName })}
                        >
                          {t('engineering.browse.open')}
                          <span className="visually-hidden"> {displayName}</span>
                        </button>
                      )}
                    </th>
                    <td>{nodeClass}</td>
                    <td>
                      <code>{nodeId}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {shown?.isCut === true && <p className="muted">{t('engineering.browse.cut')}</p>}
        </section>
        <div data-testid="node">
          {chosen === null && <p className="empty">{t('engineering.browse.pick')}</p>}
          <ProblemNotice text={node.problem} />
          {chosen !== null && node.value?.kind === 'node' && <NodeView nodeId={chosen} node={node.value} />}
        </div>
      </div>
    </div>
  );
}

function NodeView({ nodeId, node }: { readonly nodeId: string; readonly node: Extract<EngineeringAnswer, { kind: 'node' }> }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const isVariable = node.attributes.some(({ name, value }) => name === 'NodeClass' && value === 'Variable');
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('engineering.browse.attribute')}</th>
            <th scope="col">{t('engineering.browse.value')}</th>
            <th scope="col">{t('engineering.browse.status')}</th>
          </tr>
        </thead>
        <tbody>
          {node.attributes.map(({ name, value, status }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="node-value">{value}</td>
              <td className={status === 'Good' ? 'muted' : undefined}>{status}</td>
            </tr>
          ))}
          {node.sourceTimeMs !== null && (
            <tr>
              <th scope="row">{t('engineering.browse.sourceTime')}</th>
              <td className="number" colSpan={2}>
                {formatDateTime(node.sourceTimeMs, zone)}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {isVariable && (
        <p className="no-margin">
          {t('engineering.browse.yaml')} <code data-testid="node-yaml">node: '{nodeId}'</code>
        </p>
      )}
    </>
  );
}
