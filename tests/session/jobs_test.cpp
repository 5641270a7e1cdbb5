#include "app/session/jobs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

using session::Jobs;

namespace {

void finishAll(Jobs& jobs) {
  do {
    jobs.waitForOne();
  } while (jobs.collect() > 0 || jobs.pending() > 0);
}

}  // namespace

TEST(Jobs, RunFinishesOnTheThreadThatCollects) {
  Jobs jobs;
  std::thread::id ran, finished;
  jobs.start("a", [&](geo::Progress&) -> Jobs::Finish {
    ran = std::this_thread::get_id();
    return [&] { finished = std::this_thread::get_id(); };
  });
  finishAll(jobs);
  EXPECT_EQ(finished, std::this_thread::get_id());
  EXPECT_NE(ran, finished);
}

TEST(Jobs, DropTheResultOfAnOlderJobWithTheSameKey) {
  Jobs jobs(1);
  std::promise<void> begun;
  std::vector<int> results;
  std::atomic<bool> stopped = false;
  jobs.start("k", [&](geo::Progress& p) -> Jobs::Finish {
    begun.set_value();
    while (p.keepGoing(0.5)) std::this_thread::yield();
    stopped = true;
    return [&] { results.push_back(1); };
  });
  begun.get_future().wait();
  EXPECT_TRUE(jobs.running("k"));
  EXPECT_EQ(jobs.fraction("none"), 0);
  jobs.start("k", [&](geo::Progress&) -> Jobs::Finish { return [&] { results.push_back(2); }; });
  finishAll(jobs);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(results, std::vector<int>{2});
  EXPECT_FALSE(jobs.running("k"));
}

TEST(Jobs, DropAFinishedResultThatNobodyCollectedBeforeTheNewerJob) {
  Jobs jobs(1);
  std::vector<int> results;
  jobs.start("k", [&](geo::Progress&) -> Jobs::Finish { return [&] { results.push_back(1); }; });
  jobs.waitForOne();
  jobs.start("k", [&](geo::Progress&) -> Jobs::Finish { return [&] { results.push_back(2); }; });
  finishAll(jobs);
  EXPECT_EQ(results, std::vector<int>{2});
}

TEST(Jobs, TellExceptionsToTheMainThread) {
  Jobs jobs;
  std::string said;
  jobs.start(
      "a", [](geo::Progress&) -> Jobs::Finish { throw std::runtime_error("broken"); },
      [&](std::string error) { said = std::move(error); });
  jobs.start("b", [](geo::Progress&) -> Jobs::Finish { throw 3; });
  finishAll(jobs);
  EXPECT_EQ(said, "broken");
}

TEST(Jobs, CancelledJobsLeaveNothingPending) {
  Jobs jobs(1);
  std::promise<void> begun;
  bool finished = false;
  jobs.start("a", [&](geo::Progress& p) -> Jobs::Finish {
    begun.set_value();
    while (p.keepGoing(0)) std::this_thread::yield();
    return [&] { finished = true; };
  });
  jobs.start("b", [&](geo::Progress&) -> Jobs::Finish { return [&] { finished = true; }; });
  begun.get_future().wait();
  EXPECT_EQ(jobs.pending(), 2u);
  jobs.cancelAll();
  EXPECT_EQ(jobs.pending(), 0u);
  jobs.waitForOne();
  jobs.collect();
  EXPECT_FALSE(finished);
}

TEST(Jobs, ThatAreKeptAreNeitherCancelledNorLeftAtTheEnd) {
  std::atomic<int> done = 0;
  int finished = 0;
  {
    Jobs jobs(1);
    std::promise<void> begun;
    jobs.start("busy", [&](geo::Progress& p) -> Jobs::Finish {
      begun.set_value();
      while (p.keepGoing(0)) std::this_thread::yield();
      return {};
    });
    begun.get_future().wait();
    jobs.startKept("save", [&](geo::Progress& p) -> Jobs::Finish {
      if (p.keepGoing(0)) ++done;
      return [&] { ++finished; };
    });
    jobs.cancelAll();
    EXPECT_EQ(jobs.pending(), 1u);
    jobs.waitForOne();
    EXPECT_EQ(done, 1);
    jobs.cancelAll();  // what it says when it is done is heard, too
    jobs.collect();
    EXPECT_EQ(finished, 1);
    jobs.start("other", [](geo::Progress&) -> Jobs::Finish { return {}; });
    jobs.startKept("save", [&](geo::Progress&) -> Jobs::Finish { return ++done, Jobs::Finish{}; });
  }
  EXPECT_EQ(done, 2);
}

TEST(Jobs, MayStartJobsFromAFinish) {
  Jobs jobs;
  int depth = 0;
  std::function<void()> next = [&] {
    if (++depth < 20) jobs.start("chain", [&](geo::Progress&) -> Jobs::Finish { return next; });
  };
  jobs.start("chain", [&](geo::Progress&) -> Jobs::Finish { return next; });
  finishAll(jobs);
  EXPECT_EQ(depth, 20);
}

TEST(Jobs, RunEveryJobOfManyOnceAndWakeTheLoop) {
  std::atomic<int> woken = 0;
  int sum = 0;
  Jobs jobs(4);
  jobs.onDone([&] { ++woken; });
  for (int i = 1; i <= 500; ++i)
    jobs.start(std::to_string(i),
               [&sum, i](geo::Progress&) -> Jobs::Finish { return [&sum, i] { sum += i; }; });
  finishAll(jobs);
  EXPECT_EQ(sum, 500 * 501 / 2);
  EXPECT_GT(woken, 0);
}

TEST(Jobs, StopWhatRunsWhenTheyGo) {
  std::atomic<bool> stopped = false;
  std::promise<void> begun;
  {
    Jobs jobs(1);
    jobs.start("a", [&](geo::Progress& p) -> Jobs::Finish {
      begun.set_value();
      while (p.keepGoing(0)) std::this_thread::yield();
      stopped = true;
      return {};
    });
    begun.get_future().wait();
  }
  EXPECT_TRUE(stopped);
}

TEST(Jobs, WaitingForServersKeepsNoOtherFromRunning) {
  Jobs jobs(1);
  std::promise<void> go;
  const auto gate = go.get_future().share();
  int waited = 0, ran = 0;
  for (int i = 0; i < 6; ++i)
    jobs.startWaiting(fmt::format("slow {}", i), [&, gate](geo::Progress&) -> Jobs::Finish {
      gate.wait();
      return [&] { ++waited; };
    });
  EXPECT_EQ(jobs.pending(), 0u);
  EXPECT_EQ(jobs.waiting(), 6u);
  jobs.start("quick", [&](geo::Progress&) -> Jobs::Finish { return [&] { ++ran; }; });
  jobs.waitForOne();
  jobs.collect();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(waited, 0);
  go.set_value();
  while (waited < 6) jobs.waitForOne(), jobs.collect();
  EXPECT_EQ(waited, 6);
}

TEST(Jobs, AreNotHeldUpByAServerThatHangsWhenTheyEnd) {
  auto go = std::make_shared<std::promise<void>>();
  const auto gate = go->get_future().share();
  const auto start = std::chrono::steady_clock::now();
  {
    Jobs jobs(1);
    jobs.startWaiting("slow", [gate](geo::Progress&) -> Jobs::Finish {
      gate.wait();
      return {};
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  EXPECT_TRUE(Jobs::someWereLeft());
  go->set_value();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
}
