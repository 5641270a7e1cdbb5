#include "app/session/jobs.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace session {

namespace {

struct Job {
  std::string key;
  std::function<Jobs::Finish(geo::Progress&)> work;
  std::function<void(std::string)> failed;
  geo::Progress progress;
  Jobs::Finish finish;   // written by the worker before the job enters the done queue
  bool dropped = false;  // guarded by the mutex: superseded or cancelled, its result is not wanted
};
using JobPtr = std::shared_ptr<Job>;

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
  std::condition_variable work, done;
  std::deque<JobPtr> waiting, finished;
  std::map<std::string, JobPtr> current;  // newest job of each key, until it is finished or dropped
  std::function<void()> wake;
  bool stopping = false;
  std::vector<std::thread> threads;

  void drop(const JobPtr& job) {  // mutex held
    job->dropped = true;
    job->progress.cancel();
    std::erase(waiting, job);
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [&] { return stopping || !waiting.empty(); });
      if (stopping) return;
      const JobPtr job = waiting.front();
      waiting.pop_front();
      lock.unlock();
      perform(*job);
      job->work = {};  // what it captured is let go here, not on the main thread
      lock.lock();
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

Jobs::Jobs(unsigned threads) : impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < std::max(1u, threads); ++i)
    impl_->threads.emplace_back([p = impl_.get()] { p->run(); });
}

Jobs::~Jobs() {
  cancelAll();
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work.notify_all();
  for (auto& t : impl_->threads) t.join();
}

void Jobs::start(std::string key, std::function<Finish(geo::Progress&)> work,
                 std::function<void(std::string)> failed) {
  auto job = std::make_shared<Job>();
  job->key = std::move(key);
  job->work = std::move(work);
  job->failed = std::move(failed);
  {
    std::lock_guard lock(impl_->mutex);
    // A result that waits to be collected is older than this job, too.
    std::erase_if(impl_->finished, [&](const JobPtr& old) { return old->key == job->key; });
    JobPtr& slot = impl_->current[job->key];
    if (slot) impl_->drop(slot);
    slot = job;
    impl_->waiting.push_back(job);
  }
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
  impl_->finished.clear();
  for (auto& [key, job] : impl_->current) impl_->drop(job);
  impl_->current.clear();
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
  return impl_->current.size();
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
