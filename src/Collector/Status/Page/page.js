// Text from logs goes into the page as text, never as markup.
const byId = id => document.getElementById(id);
const element = (name, text, className) => {
  const e = document.createElement(name);
  e.textContent = text;
  e.className = className ?? '';
  return e;
};
const number = n => n.toLocaleString('en');
const percent = p => p ? `${(100 * p).toFixed(0)} %` : '';
const row = cells => {
  const tr = document.createElement('tr');
  tr.append(...cells.map(c => c instanceof Node ? c : typeof c === 'number' ? element('td', number(c), 'number') : element('td', c ?? '')));
  return tr;
};

function show(status) {
  const trouble = status.health.components.filter(c => c.status !== 'ok');
  byId('health').textContent = status.health.status + trouble.map(c => `; ${c.component}: ${c.message ?? c.status}`).join('');
  byId('health').className = `badge ${status.health.status}`;
  byId('about').textContent = `${status.version}, model ${status.model ?? 'none'}, up ${duration(status.uptime_seconds)}`;
  document.title = `${status.last_minute.critical ? `(${status.last_minute.critical}) ` : ''}Collector`;
  byId('severities').replaceChildren(...Object.entries(status.last_minute).reverse().map(([severity, count]) => {
    const tile = element('div', severity, `tile ${severity}`);
    tile.prepend(element('b', number(count)));
    return tile;
  }));
  const ledger = status.ledger;
  byId('ledger').replaceChildren(row([ledger.received, ledger.delivered, ledger.queued, ledger.dropped.reduce((sum, d) => sum + d.records, 0)]));
  byId('dropped').replaceChildren(...ledger.dropped.map(d => element('li', `${number(d.records)} at ${d.stage}: ${d.reason}`)));
  byId('receivers').replaceChildren(...status.receivers.map(r =>
    row([r.name, r.listening.join(', '), r.accepted, r.refused, r.bytes, r.connections, r.socket_drops])));
  byId('outputs').replaceChildren(...status.outputs.map(o =>
    row([o.name, o.delivered, o.failed, o.dropped, o.queued, `${o.oldest_age_seconds} s`, o.last_error])));
  const c = status.classifier;
  const all = c.cache_hits + c.cache_misses;
  byId('classifier').textContent = `${number(c.templates)} known; ${all ? (100 * c.cache_hits / all).toFixed(2) : 0} % of records had a known one; `
    + `${number(c.inferences)} read by the model, ${c.inferences ? (1000 * c.inference_seconds / c.inferences).toFixed(1) : 0} ms each; ${number(c.pending_templates)} wait`;
}

function duration(seconds) {
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

function showCriticals({ criticals }) {
  byId('no-criticals').hidden = criticals.length > 0;
  byId('criticals').replaceChildren(...criticals.reverse().map(record => {
    const item = document.createElement('li');
    item.append(
      element('span', record.timestamp ?? record.observed_timestamp), element('span', record.host), element('span', record.app ?? ''),
      element('span', `${record.verdict.category} ${percent(record.verdict.confidence)}`),
      element('q', typeof record.body === 'string' ? record.body : JSON.stringify(record.body ?? '')));
    return item;
  }));
}

function showTemplates({ templates }) {
  byId('templates').replaceChildren(...templates.map(t => row([
    t.count, element('td', t.severity, t.severity), t.category, percent(t.confidence), t.app, element('td', t.example ?? '', 'line')])));
}

async function refresh() {
  try {
    for (const [path, draw] of [['/api/status', show], ['/api/criticals', showCriticals], ['/api/templates?limit=20', showTemplates]]) {
      const answer = await fetch(path);
      if (answer.ok) {
        draw(await answer.json());
      }
    }
  } catch (e) {
    byId('health').textContent = 'not reachable';
    byId('health').className = 'badge failed';
  }
  setTimeout(refresh, 2000);
}
refresh();
