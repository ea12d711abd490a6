// For each line: makes its calls with a new OpenSearchClient, and prints what each gave or raised.
'use strict';

const readline = require('node:readline');
const sdk = require('@aws-sdk/client-opensearch');

const REGION = 'us-east-1';
const TIMEOUT_MILLISECONDS = 60000;

// What "AttachDataSourceCommand" gives when it is sent, or "paginateListApplications" in all its pages.
async function outcome(client, name, keywords) {
  if (name.startsWith('paginate')) {
    const pages = [];
    for await (const { $metadata, ...page } of sdk[name]({ client }, keywords)) {
      pages.push(page);
    }
    return { gave: pages };
  }
  const { $metadata, ...gave } = await client.send(new sdk[name](keywords));
  return { gave, status: $metadata.httpStatusCode, said: { request_id: $metadata.requestId } };
}

// The class of an error that the service does not model is that of all its errors, and the name is the code.
function refusal(error) {
  const raised = error.constructor.name;
  if (!error.$metadata || typeof error.$metadata.httpStatusCode !== 'number') {
    return { raised, said: { message: error.message } };
  }
  const { httpStatusCode: status, requestId: request_id } = error.$metadata;
  return { raised, status, said: { code: error.name, message: error.message, request_id } };
}

async function outcomes(asked) {
  const [accessKeyId, secretAccessKey, sessionToken] = asked.credential;
  const client = new sdk.OpenSearchClient({
    endpoint: asked.url,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 1,
    requestHandler: { requestTimeout: TIMEOUT_MILLISECONDS },
  });
  const found = [];
  for (const [name, , keywords] of asked.calls) {
    found.push(await outcome(client, name, keywords).catch(refusal));
  }
  client.destroy();
  return found;
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await outcomes(JSON.parse(line))));
  }
}

main();
