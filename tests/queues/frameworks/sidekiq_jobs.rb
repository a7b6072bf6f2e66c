# Sidekiq (without Pro): `mail` and `images`; delayed, retried and dead jobs are of all queues at once, and a job that
# was taken is in no key but its worker's list of work.
require_relative "harness"
require "sidekiq"
require "sidekiq/api"

CONNECTION = { url: URL_OF_SERVER, namespace: ("shop" if SCENARIO == "prefix") }.compact
Sidekiq.configure_server { |config| config.redis = CONNECTION }
Sidekiq.configure_client { |config| config.redis = CONNECTION }

class SendMail
  include Sidekiq::Worker
  sidekiq_options queue: "mail"
  def perform(number) = done("send_mail", number) || hold
end

class Resize
  include Sidekiq::Worker
  sidekiq_options queue: "images"
  def perform(number) = done("resize", number) || hold
end

class Broken
  include Sidekiq::Worker
  sidekiq_options queue: "mail", retry: 0
  def perform(number) = done("broken", number) || raise("no such mailbox: #{number}")
end

def rows
  work = Sidekiq::Workers.new.map { |_process, _thread, work| work["queue"] }
  later = Sidekiq::ScheduledSet.new.map(&:queue)
  dead = Sidekiq::DeadSet.new.map(&:queue)
  Sidekiq::Queue.all.to_h do |queue|
    jobs = queue.to_a
    row = {
      ready: queue.size,
      in_flight: work.count(queue.name),
      orphaned: nil,
      delayed: later.count(queue.name),
      dead: dead.count(queue.name),
      oldest_enqueued_ms: jobs.map { |job| job.enqueued_at.to_f * 1000 }.min&.round,
      workers: Sidekiq::ProcessSet.new(false).count { |process| process["queues"].include?(queue.name) },
      paused: queue.paused?,
      classes: jobs.map(&:klass).tally,
      latency_s: queue.latency
    }
    [queue.name, row]
  end
end

def start(*options)
  here = File.expand_path(__FILE__)
  worker(RbConfig.ruby, Gem.bin_path("sidekiq", "sidekiq"), "-r", here, "-q", "mail", "-q", "images", *options)
end

def told(**more)
  found = rows
  tell(found, workers: Sidekiq::ProcessSet.new(false).count, paused: found.values.any? { |row| row[:paused] }, **more)
  stay
end

def main
  return told if SCENARIO == "look"
  if SCENARIO == "run"
    start("-c", "2")
    return told(ran: run_all { Sidekiq::Queue.all.sum(&:size) == 0 && (sleep(1) || true) })
  end
  DEAD.times { |number| Broken.perform_async(number) }
  failing = start("-c", "3", "-t", "1")
  wait_until("three are dead") { Sidekiq::DeadSet.new.size == DEAD }
  kill(failing, "TERM")
  MAIL.times { |number| SendMail.perform_async(number) }
  IMAGES.times { |number| Resize.perform_async(number) }
  LATER.times { |number| SendMail.perform_in(HOUR_S, number) }
  if %w[working killed].include?(SCENARIO)
    started = start("-c", "2")
    # A process tells what it works on every ten seconds, with its heartbeat.
    wait_until("two jobs run and are told") { Sidekiq::Workers.new.size == 2 }
    if SCENARIO == "killed"
      kill(started)
      # Its hash lives a minute; a test does not wait for that, it takes the hash away as the time would.
      Sidekiq.redis { |redis| redis.smembers("processes").each { |process| redis.del(process, "#{process}:workers", "#{process}:work") } }
    end
  end
  told
end

if $PROGRAM_NAME == __FILE__
  main
else
  end_with_owner
end
