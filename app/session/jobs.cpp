#include "app/session/jobs.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace session {

namespace {

constexpr int waitingThreads = 4;
std::atomic<bool> left{false};

struct Job {
  std::string key;
  std::function<Jobs::Finish(geo::Progress&)> work;
  std::function<void(std::string)> failed;
  bool waits = false;  // for a server
  bool kept = false;
  geo::Progress progress;
  Jobs::Finish finish;   // written by the worker before the job enters the done queue
  bool dropped = false;  // guarded by the mutex: superseded or cancelled, its result is not wanted
};
using JobPtr = std::shared_ptr<Job>;

JobPtr made(std::string key, std::function<Jobs::Finish(geo::Progress&)> work,
            std::function<void(std::string)> failed) {
  auto job = std::make_shared<Job>();
  job->key = std::move(key), job->work = std::move(work), job->failed = std::move(failed);
  return job;
}

// Exceptions end here: nothing that a library throws may take a worker down.
void perform(Job& job) {
  std::string error;
  try {
    job.finish = job.work(job.progress);
    return;
  } catch (const std::exception& e) {
    error = e.what();
  } catch (...) {
    error = "unknown exception";
  }
  if (job.failed) job.finish = [failed = std::move(job.failed), error] { failed(error); };
  else job.finish = {};
}

}  // namespace

struct Jobs::Impl {
  mutable std::mutex mutex;
  std::condition_variable work, slow, done;
  std::deque<JobPtr> waiting, slowWaiting, finished;
  std::map<std::string, JobPtr> current;  // newest job of each key, until it is finished or dropped
  std::function<void()> wake;
  bool stopping = false;
  std::vector<std::thread> threads, slowThreads;
  int slowBusy = 0;

  void drop(const JobPtr& job) {  // mutex held
    job->dropped = true;
    job->progress.cancel();
    std::erase(job->waits ? slowWaiting : waiting, job);
  }

  size_t slowCount() const {
    return static_cast<size_t>(
        std::count_if(current.begin(), current.end(), [](const auto& job) { return job.second->waits; }));
  }

  void enter(const JobPtr& job) {
    std::lock_guard lock(mutex);
    // A result that waits to be collected is older than this job, too.
    std::erase_if(finished, [&](const JobPtr& old) { return old->key == job->key; });
    JobPtr& slot = current[job->key];
    if (slot) drop(slot);
    slot = job;
    (job->waits ? slowWaiting : waiting).push_back(job);
  }

  void run(std::condition_variable& ready, std::deque<JobPtr>& queue) {
    std::unique_lock lock(mutex);
    for (;;) {
      ready.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;  // the end: what was left is kept
      const JobPtr job = queue.front();
      queue.pop_front();
      if (job->waits) ++slowBusy;
      lock.unlock();
      perform(*job);
      job->work = {};  // what it captured is let go here, not on the main thread
      lock.lock();
      if (job->waits) --slowBusy, done.notify_all();
      if (job->dropped) continue;
      current.erase(job->key);
      finished.push_back(job);
      const auto call = wake;
      done.notify_all();
      if (!call) continue;
      lock.unlock();
      call();
      lock.lock();
    }
  }
};

Jobs::Jobs(unsigned threads) : impl_(std::make_shared<Impl>()) {
  for (unsigned i = 0; i < std::max(1u, threads); ++i)
    impl_->threads.emplace_back([p = impl_] { p->run(p->work, p->waiting); });
}

Jobs::~Jobs() {
  cancelAll();
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work.notify_all();
  impl_->slow.notify_all();
  for (auto& t : impl_->threads) t.join();
  // A server that does not answer is not waited for: its thread ends when the connection does, and touches
  // nothing but what it holds itself.
  {
    std::unique_lock lock(impl_->mutex);
    impl_->done.wait_for(lock, std::chrono::milliseconds(300), [&] { return impl_->slowBusy == 0; });
    if (impl_->slowBusy > 0) left = true;
  }
  for (auto& t : impl_->slowThreads) left ? t.detach() : t.join();
}

bool Jobs::someWereLeft() { return left; }

void Jobs::start(std::string key, std::function<Finish(geo::Progress&)> work,
                 std::function<void(std::string)> failed) {
  impl_->enter(made(std::move(key), std::move(work), std::move(failed)));
  impl_->work.notify_one();
}

void Jobs::startWaiting(std::string key, std::function<Finish(geo::Progress&)> work,
                        std::function<void(std::string)> failed) {
  const JobPtr job = made(std::move(key), std::move(work), std::move(failed));
  job->waits = true;
  if (impl_->slowThreads.empty())
    for (int i = 0; i < waitingThreads; ++i)
      impl_->slowThreads.emplace_back([p = impl_] { p->run(p->slow, p->slowWaiting); });
  impl_->enter(job);
  impl_->slow.notify_one();
}

void Jobs::startKept(std::string key, std::function<Finish(geo::Progress&)> work,
                     std::function<void(std::string)> failed) {
  const JobPtr job = made(std::move(key), std::move(work), std::move(failed));
  job->kept = true;
  impl_->enter(job);
  impl_->work.notify_one();
}

void Jobs::cancel(const std::string& key) {
  std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->finished, [&](const JobPtr& old) { return old->key == key; });
  const auto found = impl_->current.find(key);
  if (found == impl_->current.end()) return;
  impl_->drop(found->second);
  impl_->current.erase(found);
  impl_->done.notify_all();
}

void Jobs::cancelAll() {
  std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->finished, [](const JobPtr& job) { return !job->kept; });
  std::erase_if(impl_->current, [&](const auto& entry) {
    if (!entry.second->kept) impl_->drop(entry.second);
    return !entry.second->kept;
  });
  impl_->done.notify_all();
}

size_t Jobs::collect() {
  size_t count = 0, limit = 0;
  for (bool first = true;; first = false) {
    JobPtr job;
    {
      std::lock_guard lock(impl_->mutex);
      if (first) limit = impl_->finished.size();
      if (impl_->finished.empty() || count == limit) return count;
      job = impl_->finished.front();
      impl_->finished.pop_front();
    }
    // A finish may start or cancel jobs, so the mutex is free while it runs, and the others still wait in the
    // queue.
    if (job->finish) job->finish();
    ++count;
  }
}

bool Jobs::running(const std::string& key) const {
  std::lock_guard lock(impl_->mutex);
  return impl_->current.count(key) > 0;
}

size_t Jobs::pending() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->current.size() - impl_->slowCount();
}

size_t Jobs::waiting() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->slowCount();
}

double Jobs::fraction(const std::string& key) const {
  std::lock_guard lock(impl_->mutex);
  const auto found = impl_->current.find(key);
  return found == impl_->current.end() ? 0 : found->second->progress.fraction();
}

void Jobs::waitForOne() {
  std::unique_lock lock(impl_->mutex);
  impl_->done.wait(lock, [&] { return !impl_->finished.empty() || impl_->current.empty(); });
}

void Jobs::onDone(std::function<void()> wake) {
  std::lock_guard lock(impl_->mutex);
  impl_->wake = std::move(wake);
}

}  // namespace session
