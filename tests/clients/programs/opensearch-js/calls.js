// For each line: makes its calls with a new Client, and prints what each gave or raised.
'use strict';

const readline = require('node:readline');
const { Client } = require('@opensearch-project/opensearch');

const TIMEOUT_MILLISECONDS = 60000;

// The client's own basic auth for a login and password; a header for a token.
function credential(given) {
  if (Array.isArray(given)) {
    return { auth: { username: given[0], password: given[1] } };
  }
  return given ? { headers: { authorization: `Bearer ${given}` } } : {};
}

// An object on which to call the method, and the method: "query.datasourcesList" of a client.
function bound(client, path) {
  const names = path.split('.');
  const last = names.pop();
  const target = names.reduce((found, name) => found[name], client);
  return target[last].bind(target);
}

function refusal(error) {
  if (!error.meta || typeof error.meta.statusCode !== 'number') {
    return { raised: error.name, said: error.message };
  }
  return { raised: error.name, status: error.statusCode, said: { message: error.message, body: error.meta.body } };
}

async function outcomes(asked) {
  const client = new Client({
    node: asked.url,
    maxRetries: 0,
    requestTimeout: TIMEOUT_MILLISECONDS,
    ...credential(asked.credential),
  });
  const found = [];
  for (const [method, args, keywords] of asked.calls) {
    try {
      const { statusCode, body } = await bound(client, method)(...args, keywords);
      found.push({ gave: { statusCode, body } });
    } catch (error) {
      found.push(refusal(error));
    }
  }
  await client.close();
  return found;
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await outcomes(JSON.parse(line))));
  }
}

main();
