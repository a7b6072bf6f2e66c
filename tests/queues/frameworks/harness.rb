# What harness.py is to scripts in Python: the command line, workers that end with their owner, how the truth is told.
require "json"
require "socket"
require "uri"

URL_OF_SERVER = ARGV[0] || ENV["HARNESS_URL"]
SCENARIO = ARGV[1] || ENV["HARNESS_SCENARIO"]
MAIL, IMAGES, LATER, DEAD, HOUR_S, PATIENCE_S = 30, 10, 5, 3, 3600, 50
WORKERS = []

# Whether a job is to be done at once: then it writes down that it was.
def done(name, number)
  return false unless SCENARIO == "run"
  server = URI(URL_OF_SERVER)
  TCPSocket.open(server.host, server.port) do |link|
    link.write("RPUSH harness:ran #{name}:#{number}\r\n")
    link.gets.start_with?(":")
  end
end

# Waits until nothing is left to be done, or for some seconds in which nothing was; what was done.
def run_all(quiet_s = 6, start_s = 20)
  ran, last = -1, 0
  until yield
    count = Sidekiq.redis { |redis| redis.llen("harness:ran") }
    now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    ran, last = count, now + (count.zero? ? start_s : quiet_s) if count != ran
    break if now > last
    sleep 0.1
  end
  Sidekiq.redis { |redis| redis.lrange("harness:ran", 0, -1) }
end

# What a job does that a test finds at work: nothing, until the script that started its worker is gone.
def hold
  owner = Integer(ENV["HARNESS_PID"])
  600.times do
    Process.kill(0, owner)
    sleep 0.2
  end
rescue Errno::ESRCH
  nil
end

def alive(pid)
  Process.kill(0, pid)
rescue Errno::ESRCH
  false
end

# Ends a worker whose owner is gone.
def end_with_owner
  Thread.new do
    sleep 0.2 while alive(Integer(ENV["HARNESS_PID"]))
    Process.kill("KILL", Process.pid)
  end
end

def worker(*words)
  log = ENV["HARNESS_LOG"] || "/dev/null"
  env = { "HARNESS_PID" => Process.pid.to_s, "HARNESS_URL" => URL_OF_SERVER, "HARNESS_SCENARIO" => SCENARIO }
  pid = spawn(env, *words, in: "/dev/null", out: [log, "a"], err: [log, "a"])
  WORKERS << pid
  pid
end

def kill(pid, signal = "KILL")
  Process.kill(signal, pid)
  Process.wait(pid)
  WORKERS.delete(pid)
end

def wait_until(what)
  last = Process.clock_gettime(Process::CLOCK_MONOTONIC) + PATIENCE_S
  until (value = yield)
    abort("waited in vain until #{what}") if Process.clock_gettime(Process::CLOCK_MONOTONIC) > last
    sleep 0.05
  end
  value
end

# The truth: a row a queue, and what they come to; `more` has what the framework counts for all queues at once.
def tell(rows, more)
  total = ->(column) { (found = rows.values.map { |row| row[column] }).include?(nil) ? nil : found.sum }
  truth = %i[ready in_flight orphaned delayed dead].to_h { |column| [column, total.(column)] }
  truth[:oldest_enqueued_ms] = rows.values.filter_map { |row| row[:oldest_enqueued_ms] }.min
  truth[:queues] = rows.transform_values { |row| row[:ready] }
  truth[:classes] = rows.values.map { |row| row[:classes] }.reduce({}) { |all, one| all.merge(one) { |_, a, b| a + b } }
  puts JSON.generate({ **truth, workers: nil, paused: nil, rows: rows, **more })
  $stdout.flush
end

def stay
  $stdin.read
ensure
  WORKERS.dup.each { |pid| kill(pid) }
end

at_exit { WORKERS.dup.each { |pid| kill(pid) } }
