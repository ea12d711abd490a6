-- Load for wrk. Prints the totals as one JSON line. With arguments after "--" (method, run name, body) it sends a
-- fresh body each time: "@" in the body becomes the run name and a counter.

function init(args)
  if args[1] == nil then
    return
  end
  local method, run, body = args[1], args[2], args[3]
  local count = 0
  wrk.headers["Content-Type"] = "application/json"
  function request()
    count = count + 1
    local unique = run .. "-" .. count
    return wrk.format(method, nil, nil, (body:gsub("@", unique)))
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p99_microseconds": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)
  ))
end
