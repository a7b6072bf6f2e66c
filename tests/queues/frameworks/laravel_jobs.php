<?php
// Laravel's queue on Redis (illuminate/queue with predis, as its framework sets it up): `mail` and `images`. Failed jobs
// go to a database, so none is dead here; `size` is the sum of waiting, delayed and reserved.

foreach (['Illuminate/Queue', 'Illuminate/Redis', 'Predis'] as $part) require "$part/autoload.php";

use Illuminate\Container\Container;
use Illuminate\Queue\Capsule\Manager;
use Illuminate\Queue\Connectors\RedisConnector;
use Illuminate\Queue\Worker;
use Illuminate\Queue\WorkerOptions;
use Illuminate\Redis\RedisManager;

error_reporting(E_ALL & ~E_DEPRECATED);
$url = $argv[1];
$scenario = getenv('HARNESS_SCENARIO') ?: $argv[2];
$prefix = $scenario === 'prefix' ? 'shop_' : 'laravel_database_';
$retryAfter = $scenario === 'killed' ? 1 : 90;

class Hold
{
    // What a job does that a test finds at work: nothing, until the script that started its worker is gone.
    public function fire($job, $data)
    {
        if (getenv('HARNESS_SCENARIO') === 'run') {
            $server = fsockopen(parse_url($GLOBALS['url'], PHP_URL_HOST), parse_url($GLOBALS['url'], PHP_URL_PORT));
            fwrite($server, 'RPUSH harness:ran ' . static::NAME . ":{$data['number']}\r\n");
            fgets($server);
            return $job->delete();
        }
        for ($step = 0; $step < 600 && posix_kill((int) getenv('HARNESS_PID'), 0); $step++) usleep(200_000);
    }
}
class SendMail extends Hold { const NAME = 'send_mail'; }
class Resize extends Hold { const NAME = 'resize'; }

class NoEvents implements Illuminate\Contracts\Events\Dispatcher
{
    public function listen($events, $listener = null) {}
    public function hasListeners($eventName) { return false; }
    public function subscribe($subscriber) {}
    public function until($event, $payload = []) {}
    public function dispatch($event, $payload = [], $halt = false) {}
    public function push($event, $payload = []) {}
    public function flush($event) {}
    public function forget($event) {}
    public function forgetPushed() {}
}
class Failures implements Illuminate\Contracts\Debug\ExceptionHandler
{
    public function report(Throwable $e) { fwrite(STDERR, $e); }
    public function shouldReport(Throwable $e) { return true; }
    public function render($request, Throwable $e) {}
    public function renderForConsole($output, Throwable $e) {}
}

$container = new Container();
$manager = new Manager($container);
$address = ['host' => parse_url($url, PHP_URL_HOST), 'port' => parse_url($url, PHP_URL_PORT), 'database' => 0];
$redis = new RedisManager($container, 'predis', ['options' => ['prefix' => $prefix], 'default' => $address]);
$manager->addConnector('redis', fn () => new RedisConnector($redis));
$manager->addConnection(['driver' => 'redis', 'connection' => 'default', 'queue' => 'mail', 'retry_after' => $retryAfter]);
$queue = $manager->getConnection();

if ($argv[2] === 'worker') {
    // Asked before every job whether it rests, it looks whether its owner is there.
    $rests = fn () => posix_kill((int) getenv('HARNESS_PID'), 0) ? false : exit(0);
    $worker = new Worker($manager->getQueueManager(), new NoEvents(), new Failures(), $rests);
    $worker->daemon('default', 'mail,images', new WorkerOptions('default', 0, 128, 60, 3, $scenario === 'run' ? 3 : 1));
}

function wait_until(string $what, callable $holds)
{
    for ($end = time() + 50; !$holds(); usleep(50_000)) if (time() > $end) exit("waited in vain until $what");
}

function row($queue, $redis, string $name): array
{
    $keys = $redis->connection();
    $jobs = array_map(fn ($job) => json_decode($job, true), $keys->lrange("queues:$name", 0, -1));
    $waiting = count($jobs);
    $delayed = $keys->zcard("queues:$name:delayed");
    return [
        'ready' => $waiting,
        'in_flight' => $queue->size($name) - $waiting - $delayed,
        'orphaned' => $keys->zcount("queues:$name:reserved", '-inf', time()),
        'delayed' => $delayed,
        'dead' => null,
        'oldest_enqueued_ms' => null,
        'workers' => null,
        'paused' => null,
        'classes' => (object) array_count_values(array_column($jobs, 'displayName')),
    ];
}

$ran = [];
$makes = !in_array($scenario, ['look', 'run']);
if ($makes) {
    for ($number = 0; $number < 30; $number++) $queue->push('SendMail', ['number' => $number], 'mail');
    for ($number = 0; $number < 10; $number++) $queue->push('Resize', ['number' => $number], 'images');
    for ($number = 0; $number < 5; $number++) $queue->later(3600, 'SendMail', ['number' => $number], 'mail');
}
$started = null;
if ($scenario === 'working' || $scenario === 'killed' || $scenario === 'run') {
    $log = ['file', getenv('HARNESS_LOG') ?: '/dev/null', 'a'];
    $environment = ['HARNESS_SCENARIO' => $scenario, 'HARNESS_PID' => (string) getmypid()] + getenv();
    $words = [...explode(' ', getenv('HARNESS_PHP')), __FILE__, $url, 'worker'];
    $started = proc_open($words, [['file', '/dev/null', 'r'], $log, $log], $pipes, null, $environment);
    if ($scenario === 'run') {
        $plain = new Predis\Client(['host' => $address['host'], 'port' => $address['port']]);
        for ($before = -1, $end = 0; row($queue, $redis, 'mail')['ready'] + row($queue, $redis, 'mail')['in_flight'] > 0; usleep(100_000)) {
            $count = $plain->llen('harness:ran');
            if ($count !== $before) [$before, $end] = [$count, time() + ($count ? 6 : 20)];
            if (time() > $end) break;
        }
        $ran = $plain->lrange('harness:ran', 0, -1);
    } else wait_until('a job runs', fn () => row($queue, $redis, 'mail')['in_flight'] === 1);
    if ($scenario === 'killed') {
        proc_terminate($started, SIGKILL);
        wait_until('its time is over', fn () => row($queue, $redis, 'mail')['orphaned'] === 1);
    }
}
$rows = ['mail' => row($queue, $redis, 'mail'), 'images' => row($queue, $redis, 'images')];
echo json_encode(['rows' => $rows, 'ran' => $ran, 'retry_after_ms' => $retryAfter * 1000]), "\n";
while (fgets(STDIN) !== false) ;
if ($started) proc_terminate($started, SIGKILL);
