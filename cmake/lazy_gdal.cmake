# Writes OUT, an assembler source in which every function of LIBRARY that the archives USERS call is a jump. The first
# call opens the library: relocating GDAL and the hundred libraries behind it takes longer than drawing a map, and a
# project of CSV and GeoJSON does without.
#   cmake -DNM=nm -DLIBRARY=libgdal.so -DUSERS=a.a;b.a -DOUT=lazy_gdal.S -P lazy_gdal.cmake
function(symbols out pattern)
  execute_process(COMMAND ${NM} ${ARGN} OUTPUT_VARIABLE text ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "${pattern}" lines "${text}")
  list(TRANSFORM lines REPLACE ".* ([^ @]+).*" "\\1")
  list(REMOVE_DUPLICATES lines)
  set(${out} ${lines} PARENT_SCOPE)
endfunction()

symbols(offered " [TWi] [A-Za-z_0-9]+" -D --defined-only ${LIBRARY})
set(called)
foreach(user ${USERS})
  symbols(wanted " U [A-Za-z_0-9]+" --undefined-only ${user})
  list(APPEND called ${wanted})
endforeach()
list(REMOVE_DUPLICATES called)
list(SORT called)
string(JOIN "\n" offered ${offered})
set(offered "\n${offered}\n")

set(names)
set(jumps)
set(slots)
set(index 0)
foreach(name ${called})
  string(FIND "${offered}" "\n${name}\n" at)
  if(at EQUAL -1)
    continue()
  endif()
  string(APPEND names "  .asciz \"${name}\"\n")
  string(APPEND jumps "  .globl ${name}\n  .hidden ${name}\n  .type ${name}, @function\n${name}:\n"
    "  jmp *lazyGdalSlots+8*${index}(%rip)\nlazy_gdal_first_${index}:\n  pushq $${index}\n  jmp lazy_gdal_resolve\n")
  string(APPEND slots "  .quad lazy_gdal_first_${index}\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE ${OUT}.new "# Made by cmake/lazy_gdal.cmake.
  .text
${jumps}
# Keeps the arguments, asks for the function's address, goes there.
lazy_gdal_resolve:
  pushq %rdi
  pushq %rsi
  pushq %rdx
  pushq %rcx
  pushq %r8
  pushq %r9
  pushq %rax
  pushq %r10
  subq $128, %rsp
  movups %xmm0, (%rsp)
  movups %xmm1, 16(%rsp)
  movups %xmm2, 32(%rsp)
  movups %xmm3, 48(%rsp)
  movups %xmm4, 64(%rsp)
  movups %xmm5, 80(%rsp)
  movups %xmm6, 96(%rsp)
  movups %xmm7, 112(%rsp)
  movq 192(%rsp), %rdi
  call lazyGdalFunction
  movq %rax, %r11
  movups (%rsp), %xmm0
  movups 16(%rsp), %xmm1
  movups 32(%rsp), %xmm2
  movups 48(%rsp), %xmm3
  movups 64(%rsp), %xmm4
  movups 80(%rsp), %xmm5
  movups 96(%rsp), %xmm6
  movups 112(%rsp), %xmm7
  addq $128, %rsp
  popq %r10
  popq %rax
  popq %r9
  popq %r8
  popq %rcx
  popq %rdx
  popq %rsi
  popq %rdi
  addq $8, %rsp
  jmp *%r11

  .section .rodata
  .globl lazyGdalNames
  .hidden lazyGdalNames
lazyGdalNames:  # by index, one after the other
${names}
  .data
  .balign 8
  .globl lazyGdalSlots
  .hidden lazyGdalSlots
lazyGdalSlots:
${slots}
  .section .note.GNU-stack, \"\", @progbits
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
