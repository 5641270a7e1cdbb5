// Drives the panels in an ImGui context without a window: by the stable ids of widgets, one frame per change
// of input.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>

#include "app/panels/panels.h"
#include "app/scene/draw_scene.h"
#include "app/session/snapshot.h"

namespace test {

class Robot {
 public:
  explicit Robot(float width = 1440, float height = 900, float scale = 1)
      : width_(width), height_(height), scale_(scale) {
    context_ = ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {width, height};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;  // as the window's own
    auto fonts = scene::Typesetter::open();
    EXPECT_TRUE(fonts) << (fonts ? "" : fonts.error().text());
    if (fonts) fonts_ = *fonts;
  }
  ~Robot() { ImGui::DestroyContext(context_); }

  void openQingyuan() {
    const auto opened = session.open(SOURCE_DIR "/assets/qingyuan/qingyuan.parkscope.toml");
    ASSERT_TRUE(opened) << opened.error().text();
    frame();
    session.wait();
    frame(4);
  }

  void frame(int times = 1) {
    for (int i = 0; i < times; ++i) {
      session.tick(seconds_);
      const auto layout =
          panels::layoutFor(width_, height_, scale_, session.view(), panels::dockHeight(state));
      session.setFrame({0, 0, layout.map.w, layout.map.h}, scale_);
      panels::FrameInput input;
      input.width = width_, input.height = height_, input.scale = scale_, input.seconds = seconds_;
      input.keys = std::exchange(keys_, {});
      if (withMap) {
        drawing_ =
            scene::drawWindowMap(session.scene(), scene::darkTheme(), fonts_, session.view().camera, scale_);
        input.map = &drawing_;
      }
      input.fonts = fonts_, input.console = console;
      if (session.view().pageView) {
        if (pageVersion_ != session.version()) {
          const scene::Scene page = session::pageScene(session);
          page_ = {};
          (void)scene::drawPage(page, scene::paperTheme(), fonts_, page.page, {}, &page_);
          pageVersion_ = session.version();
        }
        input.page = &page_;
      }
      session::Commands out;
      for (int pass = 0; pass < 3; ++pass) {
        if (panels::refreshFonts(state, fonts_, scale_, session.view().language))
          ImGui::GetIO().Fonts->SetTexID(nullptr);
        ImGui::GetIO().DeltaTime = std::exchange(pause_, false) ? 1.0f : 1.0f / 60;
        ImGui::NewFrame();
        panels::drawPanels(session, state, input, out);
        ImGui::Render();
        if (!panels::wants(state).fonts) break;
        input.keys.clear();
      }
      const auto wishes = panels::takeConsoleWishes(state);
      toggles += wishes.toggleRemote, newCodes += wishes.newCode;
      for (const auto& c : out) {
        commands.push_back(c);
        (void)session::apply(session, c);
      }
      seconds_ += 1.0 / 60;
    }
  }
  void settle() {  // until nothing moves, or two seconds of it
    for (int i = 0; i < 120; ++i) {
      frame();
      if (!panels::wants(state).again && !session.view().flight) break;
    }
  }

  const panels::Widget& widget(const std::string& id) {
    static const panels::Widget none;
    const auto& all = panels::widgets(state);
    const auto it = all.find(id);
    if (it != all.end()) return it->second;
    ADD_FAILURE() << "no widget " << id;
    return none;
  }
  bool has(const std::string& id) { return panels::widgets(state).contains(id); }

  void moveTo(scene::Vec at) {
    ImGui::GetIO().MousePos = {at.x, at.y};
    frame(2);
  }
  void clickAt(scene::Vec at) {
    moveTo(at);
    ImGui::GetIO().MouseDown[0] = true;
    frame();
    ImGui::GetIO().MouseDown[0] = false;
    frame(3);
    seconds_ += 1, pause_ = true;  // the next click is no double click
  }
  void doubleClickAt(scene::Vec at) {
    moveTo(at);
    for (int i = 0; i < 2; ++i) {
      ImGui::GetIO().MouseDown[0] = true;
      frame();
      ImGui::GetIO().MouseDown[0] = false;
      frame();
    }
    frame(3);
  }
  void click(const std::string& id) {
    const auto w = widget(id);
    if (w.rect.w > 0) clickAt(w.rect.centre());
  }
  void drag(const std::string& id, float from, float to, int steps = 8) {
    const auto r = widget(id).rect;
    moveTo({r.x + r.w * from, r.centre().y});
    ImGui::GetIO().MouseDown[0] = true;
    frame();
    for (int i = 1; i <= steps; ++i) {
      ImGui::GetIO().MousePos = {
          r.x + r.w * (from + (to - from) * static_cast<float>(i) / static_cast<float>(steps)), r.centre().y};
      frame();
    }
    ImGui::GetIO().MouseDown[0] = false;
    frame(3);
  }
  void rightClick(const std::string& id) {
    moveTo(widget(id).rect.centre());
    ImGui::GetIO().MouseDown[1] = true;
    frame();
    ImGui::GetIO().MouseDown[1] = false;
    frame(2);
  }
  void hold(bool ctrl, bool shift = false, bool alt = false) {  // until the next call
    auto& io = ImGui::GetIO();
    io.KeyCtrl = ctrl, io.KeyShift = shift, io.KeyAlt = alt;
    frame();
  }
  void dragThrough(const std::vector<scene::Vec>& places, int steps = 6) {
    moveTo(places[0]);
    ImGui::GetIO().MouseDown[0] = true;
    frame();
    for (size_t p = 1; p < places.size(); ++p)
      for (int i = 1; i <= steps; ++i) {
        const scene::Vec at =
            places[p - 1] + (places[p] - places[p - 1]) * (static_cast<float>(i) / static_cast<float>(steps));
        ImGui::GetIO().MousePos = {at.x, at.y};
        frame();
      }
    ImGui::GetIO().MouseDown[0] = false;
    frame(3);
    seconds_ += 1, pause_ = true;
  }
  // Into a field, over what stands there; Enter.
  void write(const std::string& id, const std::string& text) {
    click(id);
    auto& io = ImGui::GetIO();
    io.KeyMap[ImGuiKey_A] = 'A';
    io.KeyCtrl = io.KeysDown['A'] = true;
    frame();
    io.KeyCtrl = io.KeysDown['A'] = false;
    frame();
    type(text);
    key(257);
  }
  void type(const std::string& text) {
    ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
    frame(3);
  }
  void key(int key, bool ctrl = false, bool shift = false) {
    keys_.push_back({key, ctrl, shift, false});
    frame(3);
  }
  void press(panels::KeyPress press) {
    keys_.push_back(press);
    frame(3);
  }
  const scene::PageLayout& page() const { return page_; }
  template <class C>
  size_t sent() const {
    size_t n = 0;
    for (const auto& c : commands) n += std::holds_alternative<C>(c);
    return n;
  }

  session::Session session;
  panels::PanelState state;
  session::Commands commands;
  bool withMap = false;
  panels::ConsoleInput console;
  size_t toggles = 0, newCodes = 0;  // asked of the console

 private:
  float width_, height_, scale_;
  double seconds_ = 1;
  bool pause_ = false;
  ImGuiContext* context_ = nullptr;
  scene::TypesetterPtr fonts_;
  scene::Drawing drawing_;
  scene::PageLayout page_;
  uint64_t pageVersion_ = 0;
  std::vector<panels::KeyPress> keys_;
};

namespace key {
constexpr int escape = 256, enter = 257, down = 264, pageDown = 267, f1 = 290;
}

}  // namespace test
